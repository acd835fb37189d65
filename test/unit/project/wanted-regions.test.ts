import { describe, expect, test } from "vitest";
import { type RegionNames, wantedRegions } from "../../../src/project/wanted-regions.ts";

describe("wantedRegions", () => {
  const regions: RegionNames = {
    has: (code) => ["iad", "ams", "nrt"].includes(code),
    suggest: (text) => (text === "tokio" ? ["nrt"] : []),
  };
  const config = { regions: ["ams", "nrt"], primaryRegion: "iad" };

  test("takes the flag before the file's list before the primary region", () => {
    expect(wantedRegions(config, ["nrt,iad", "nrt"], regions)).toEqual(["nrt", "iad"]);
    expect(wantedRegions(config, [], regions)).toEqual(["ams", "nrt"]);
    expect(wantedRegions({ regions: [], primaryRegion: "iad" }, [], regions)).toEqual(["iad"]);
    expect(wantedRegions({ regions: [] }, [], regions)).toEqual([]);
  });

  test("says what was probably meant", () => {
    expect(() => wantedRegions(config, ["iad,tokio"], regions)).toThrow(
      expect.objectContaining({ code: "REGION_UNKNOWN", message: 'Region "tokio" does not exist; did you mean nrt?' }),
    );
  });
});

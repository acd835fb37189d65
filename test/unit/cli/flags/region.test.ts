import { expect, test } from "vitest";
import { parseRegion } from "../../../../src/cli/flags/region.ts";

test("a region is found whatever its case", () => {
  expect(parseRegion(" SYD ")).toBe("syd");
});

test("an unknown region names those that were probably meant", () => {
  expect(() => parseRegion("tokio")).toThrow(
    expect.objectContaining({
      code: "REGION_UNKNOWN",
      suggestions: ["use nrt", "hangar regions"],
      details: { region: "tokio", near: ["nrt"] },
    }),
  );
});

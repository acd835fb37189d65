import { describe, expect, test } from "vitest";
import { chooseTarget, openTargetFile } from "../../../../src/operations/target/target.ts";
import * as files from "../../../../src/platform/files.ts";
import { withTempDir } from "../../../support/temp-dir.ts";

describe("chooseTarget", () => {
  test.each([
    [
      { env: {}, stored: undefined },
      { name: "local", source: "default" },
    ],
    [
      { env: {}, stored: "" },
      { name: "local", source: "default" },
    ],
    [
      { env: {}, stored: "fly" },
      { name: "fly", source: "hangar target use" },
    ],
    [
      { env: { HANGAR_TARGET: "local" }, stored: "fly" },
      { name: "local", source: "HANGAR_TARGET" },
    ],
    [
      { flag: "fly", env: { HANGAR_TARGET: "local" }, stored: "local" },
      { name: "fly", source: "--target" },
    ],
  ])("of %j is %j", (sources, target) => {
    expect(chooseTarget(sources)).toEqual(target);
  });

  test.each([
    [{ flag: "flly", env: {}, stored: undefined }, /"flly" \(--target\)/],
    [{ env: { HANGAR_TARGET: "prod" }, stored: undefined }, /"prod" \(HANGAR_TARGET\)/],
    [{ env: {}, stored: "moon" }, /"moon" \(hangar target use\)/],
  ])("refuses %j and names what said it", (sources, message) => {
    expect(() => chooseTarget(sources)).toThrow(message);
  });
});

describe("target file", () => {
  test("remembers what was chosen, in a folder that it makes", async () => {
    await withTempDir(async (dir) => {
      const file = openTargetFile(`${dir}/state`, files);
      expect(await file.read()).toBeUndefined();
      await file.write("fly");
      await file.write("local");
      expect(await file.read()).toBe("local");
      expect(await files.listNames(`${dir}/state`)).toEqual(["target"]);
    });
  });
});

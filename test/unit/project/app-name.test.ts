import { assert, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveAppName, isAppName } from "../../../src/project/app-name.ts";

describe("app names", () => {
  test.each([
    ["my-app", "my-app"],
    ["My App", "my-app"],
    ["Café Menu (v2)", "cafe-menu-v2"],
    ["2dg", "app-2dg"],
    ["__", "app"],
    ["日本", "app"],
    [`${"a".repeat(62)}-b`, "a".repeat(62)],
  ])("derives one from %j", (text, expected) => {
    expect(deriveAppName(text)).toBe(expected);
  });

  test("are always valid when derived", () => {
    assert(
      property(string({ unit: "grapheme" }), (text) => {
        expect(isAppName(deriveAppName(text))).toBe(true);
      }),
    );
  });

  test.each(["", "9x", "a_b", "A", "a-", "-a", "a".repeat(64), "a.b"])("refuse %j", (name) => {
    expect(isAppName(name)).toBe(false);
  });
});

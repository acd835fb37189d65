import { describe, expect, test } from "vitest";
import { closestWords, slipsBetween } from "../../../src/errors/did-you-mean.ts";

const COMMANDS = ["deploy", "down", "logs", "regions", "reset", "status", "up"];

describe("closestWords", () => {
  test.each([
    ["regoins", ["regions"]],
    ["stauts", ["status"]],
    ["dep", ["deploy"]],
    ["re", ["regions", "reset"]],
    ["xyzzy", []],
    ["", []],
  ])("%s → %j", (typed, expected) => {
    expect(closestWords(typed, COMMANDS)).toEqual(expected);
  });

  test("gives the closest first and at most three", () => {
    expect(closestWords("aaaaaa", ["aaabbb", "aaaaab", "aaaabb", "aaaaaaa"])).toEqual(["aaaaaaa", "aaaaab", "aaaabb"]);
  });
});

describe("slipsBetween", () => {
  test.each([
    ["", "", 0],
    ["abc", "abc", 0],
    ["abc", "acb", 1],
    ["abc", "ab", 1],
    ["kitten", "sitting", 3],
  ])("%s and %s differ by %i", (a, b, slips) => {
    expect(slipsBetween(a, b)).toBe(slips);
    expect(slipsBetween(b, a)).toBe(slips);
  });
});

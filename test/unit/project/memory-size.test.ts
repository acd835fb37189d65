import { describe, expect, test } from "vitest";
import { parseMemoryMb } from "../../../src/project/memory-size.ts";

describe("amounts of memory", () => {
  test.each([
    [512, 512],
    ["512", 512],
    ["512mb", 512],
    ["1gb", 1_024],
    ["1.5GB", 1_536],
    ["2 GiB", 2_048],
    ["524288k", 512],
    ["lots", undefined],
    ["1xb", undefined],
    [1.5, undefined],
  ])("reads %j as %j MB", (value, expected) => {
    expect(parseMemoryMb(value)).toBe(expected);
  });
});

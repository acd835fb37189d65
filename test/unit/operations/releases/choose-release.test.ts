import { describe, expect, test } from "vitest";
import type { Release } from "../../../../src/contract/release.ts";
import { chooseRelease, parseVersion } from "../../../../src/operations/releases/choose-release.ts";

const release = (version: number, status: Release["status"]): Release => ({
  id: `R${version}`,
  version,
  status,
  reason: "deploy",
  strategy: "rolling",
  image: `v${version}`,
  user: "somebody",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
});
const HISTORY = [release(5, "failed"), release(4, "complete"), release(3, "interrupted"), release(2, "complete")];

describe("chooseRelease", () => {
  test("goes to the one before that which serves, past those that never did", () => {
    expect(chooseRelease("shop", HISTORY, undefined).version).toBe(2);
  });
  test("goes to the version that is named", () => {
    expect(chooseRelease("shop", HISTORY, 4).version).toBe(4);
  });
  test.each([
    [5, "v5 of shop never served: it is failed"],
    [9, "shop has no release v9"],
  ])("refuses v%i", (version, message) => {
    expect(() => chooseRelease("shop", HISTORY, version)).toThrow(message);
  });
  test("refuses where there is nothing before", () => {
    expect(() => chooseRelease("shop", HISTORY.slice(3), undefined)).toThrow("no release before the one that serves");
  });
});

test.each([
  ["v3", 3],
  ["12", 12],
])("%j is version %i", (text, version) => {
  expect(parseVersion(text)).toBe(version);
});
test.each(["latest", "v", "-1", "1.2"])("%j is no version", (text) => {
  expect(() => parseVersion(text)).toThrow("is no version of a release");
});

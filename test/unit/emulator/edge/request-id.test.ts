import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createRequestIds } from "../../../../src/emulator/edge/request-id.ts";

test("request identifiers are ULIDs with the entry region", () => {
  const requestId = createRequestIds(
    () => 1_469_918_176_385,
    (count) => new Uint8Array(count).fill(31),
  );
  expect(requestId("syd")).toBe("01ARYZ6S41ZZZZZZZZZZZZZZZZ-syd");
});

test("they do not repeat and sort by time", () => {
  let nowMs = 1_700_000_000_000;
  const requestId = createRequestIds(() => nowMs, randomBytes);
  const ids = Array.from({ length: 1_000 }, () => {
    nowMs += 1;
    return requestId("iad");
  });
  expect(new Set(ids).size).toBe(1_000);
  expect(ids.toSorted()).toEqual(ids);
});

import { expect, test } from "vitest";
import { cancelOnSignals, exitStatusOf } from "../../../src/platform/signals.ts";

test("the first signal aborts with the given reason", () => {
  const cancellation = cancelOnSignals((signal) => new Error(signal));
  process.emit("SIGHUP", "SIGHUP");
  cancellation.release();
  expect(cancellation.received()).toBe("SIGHUP");
  expect(cancellation.signal.reason).toEqual(new Error("SIGHUP"));
});

test.each([
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("a program ended by %s has the status %i", (signal, status) => {
  expect(exitStatusOf(signal)).toBe(status);
});

// Rounds of attempts, with a timer that the test owns.
import { expect, test } from "vitest";
import { createRetryRounds } from "../../../../src/emulator/edge/retry-rounds.ts";

test("ER-01: all that wait go together, whoever has left is left alone, and there is a bound", () => {
  const planned: (() => void)[] = [];
  const rounds = createRetryRounds((_afterMs, run) => planned.push(run));
  const tick = (): void => planned.shift()!();
  const went: string[] = [];
  rounds.enter(() => {
    went.push("a");
    rounds.enter(() => went.push("a again"));
  });
  const leave = rounds.enter(() => went.push("b"));
  rounds.enter(() => went.push("c"));
  leave?.();
  expect(planned).toHaveLength(1);
  tick();
  expect(went).toEqual(["a", "c"]);
  tick();
  expect(went).toEqual(["a", "c", "a again"]);
  expect(planned).toHaveLength(0);
  const entered = Array.from({ length: 300 }, () => rounds.enter(() => undefined));
  expect(entered.filter((one) => one === undefined)).toHaveLength(300 - 256);
});

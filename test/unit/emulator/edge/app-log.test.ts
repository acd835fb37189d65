// Lines for apps' logs, on a clock that the test owns.
import { expect, test } from "vitest";
import type { AppLogLine } from "../../../../src/contract/world.ts";
import { createAppLog } from "../../../../src/emulator/edge/app-log.ts";

interface Due {
  readonly atMs: number;
  readonly run: () => void;
}

function createRig() {
  let nowMs = 0;
  let due: Due[] = [];
  let isAway = false;
  const taken: string[] = [];
  const log = createAppLog({
    post: (_path, body) => {
      if (isAway) return Promise.reject(new Error("away"));
      taken.push(...(body as AppLogLine[]).map(({ message }) => message));
      return Promise.resolve({ status: 200 });
    },
    timer: (afterMs, run) => {
      const one = { atMs: nowMs + afterMs, run };
      due.push(one);
      return () => void (due = due.filter((other) => other !== one));
    },
    nowMs: () => nowMs,
  });
  return {
    log,
    taken,
    setAway: (away: boolean) => (isAway = away),
    say: (message: string, machine = "m1") => log.add({ app: "a", region: "ams", machine, message }),
    /** Lets the time pass, and everything happen that is due in it. */
    async pass(ms: number): Promise<void> {
      const endMs = nowMs + ms;
      for (;;) {
        const [next] = due.toSorted((a, b) => a.atMs - b.atMs);
        if (next === undefined || next.atMs > endMs) break;
        nowMs = next.atMs;
        due = due.filter((other) => other !== next);
        next.run();
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      }
      nowMs = endMs;
    },
  };
}

test("ER-09: every line is passed on, and of a flood of equal ones the number", async () => {
  const { say, pass, taken } = createRig();
  say("[PC01] refused");
  say("[PC01] refused");
  say("[PC01] refused", "m2");
  await pass(100);
  expect(taken).toEqual(["[PC01] refused", "[PC01] refused", "[PC01] refused"]);
  for (let i = 0; i < 500; i += 1) say("[PC01] refused");
  await pass(2_000);
  expect(taken.slice(3)).toEqual([
    ...Array.from({ length: 8 }, () => "[PC01] refused"),
    "[PC01] refused (492 more in this second)",
  ]);
  say("[PC01] refused");
  await pass(100);
  expect(taken.at(-1)).toBe("[PC01] refused");
});

test("lines wait while control is away, and nothing is left to run after the end", async () => {
  const { say, pass, taken, setAway, log } = createRig();
  setAway(true);
  say("[PR01] none");
  await pass(3_000);
  expect(taken).toEqual([]);
  setAway(false);
  await pass(1_000);
  expect(taken).toEqual(["[PR01] none"]);
  say("[PR01] none");
  log.close();
  await pass(5_000);
  expect(taken).toEqual(["[PR01] none"]);
});

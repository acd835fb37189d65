import { expect, test } from "vitest";
import type { Machine } from "../../../../src/contract/machine.ts";
import { AppError } from "../../../../src/errors/app-error.ts";
import { createMachineWatch } from "../../../../src/emulator/control-plane/machine-watch.ts";
import { aMachine } from "../../operations/deploy/plan/a-world.ts";

function aWatch() {
  const listeners = new Set<() => void>();
  const timers = new Set<() => void>();
  const world: { machine: Machine | undefined } = { machine: aMachine("m1", { state: "starting" }) };
  const watch = createMachineWatch({
    get: () => {
      if (world.machine === undefined) throw new AppError("MACHINE_NOT_FOUND", "machine not found");
      return world.machine;
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    timer: (_afterMs, run) => {
      timers.add(run);
      return () => timers.delete(run);
    },
  });
  const closed = new AbortController();
  const ask = (seen?: string) => watch({ app: "shop", id: "m1", seen, timeoutMs: 500, signal: closed.signal });
  const change = (machine: Machine | undefined): void => {
    world.machine = machine;
    for (const listener of [...listeners]) listener();
  };
  return { ask, change, closed, listeners, timers };
}

test("answers at once whoever has seen nothing, or something else", async () => {
  const { ask, listeners } = aWatch();
  const { seen, machine } = await ask();
  expect(machine.state).toBe("starting");
  await expect(ask("another")).resolves.toEqual({ seen, machine });
  expect(listeners.size).toBe(0);
});

test("answers when the machine has changed, and not for changes of others", async () => {
  const { ask, change, listeners, timers } = aWatch();
  const { seen } = await ask();
  const asked = ask(seen);
  change(aMachine("m1", { state: "starting" }));
  expect(listeners.size).toBe(1);
  change(aMachine("m1"));
  const answer = await asked;
  expect(answer.machine.state).toBe("started");
  expect(answer.seen).not.toBe(seen);
  expect([listeners.size, timers.size]).toEqual([0, 0]);
});

test("answers the same after the time, and when the caller goes", async () => {
  const { ask, closed, listeners, timers } = aWatch();
  const first = await ask();
  const late = ask(first.seen);
  for (const run of [...timers]) run();
  await expect(late).resolves.toEqual(first);
  const left = ask(first.seen);
  closed.abort();
  await expect(left).resolves.toEqual(first);
  expect([listeners.size, timers.size]).toEqual([0, 0]);
});

test("fails when the machine goes", async () => {
  const { ask, change, listeners, timers } = aWatch();
  const { seen } = await ask();
  const asked = ask(seen);
  change(undefined);
  await expect(asked).rejects.toMatchObject({ code: "MACHINE_NOT_FOUND" });
  expect([listeners.size, timers.size]).toEqual([0, 0]);
});

import { describe, expect, test } from "vitest";
import type { Machine } from "../../../../src/contract/machine.ts";
import { AppError } from "../../../../src/errors/app-error.ts";
import { actOnMachines } from "../../../../src/operations/machine/act-on-machines.ts";
import { selectMachines } from "../../../../src/operations/machine/select-machines.ts";
import { silentProgress } from "../../../support/silent-progress.ts";

const machine = (id: string, state: Machine["state"], name = id): Machine => ({
  id,
  name,
  state,
  region: "iad",
  instance_id: "01",
  private_ip: "fdaa::2",
  config: { image: "x" },
  created_at: "",
  updated_at: "",
  events: [],
});

describe("actOnMachines", () => {
  const run = async (fails: readonly string[], waitMs: number) => {
    const log: string[] = [];
    const note =
      (what: string) =>
      async (_app: string, id: string): Promise<void> => {
        if (fails.includes(id)) throw new AppError("LEASE_HELD", `${id} is held`);
        log.push(`${what} ${id}`);
      };
    const machines = {
      start: note("start"),
      stop: note("stop"),
      restart: note("restart"),
      suspend: note("suspend"),
      signal: note("signal"),
      cordon: note("cordon"),
      destroy: note("destroy"),
      wait: note("wait"),
    };
    const input = {
      app: "a",
      machines: [machine("1", "started"), machine("2", "stopped"), machine("3", "started")],
      action: { verb: "stop" },
      waitMs,
    } as const;
    const outcome = await actOnMachines(input, { machines, progress: silentProgress }).catch((error: unknown) => error);
    return { log: log.toSorted(), outcome };
  };

  test("waits for each, and leaves alone what is there already", async () => {
    const { log, outcome } = await run([], 1_000);
    expect(log).toEqual(["stop 1", "stop 3", "wait 1", "wait 3"]);
    expect(outcome).toMatchObject([{ result: "stopped" }, { result: "stopped" }, { result: "stopped" }]);
  });

  test("does not wait where nobody asked for it", async () => {
    const { log, outcome } = await run([], 0);
    expect(log).toEqual(["stop 1", "stop 3"]);
    expect(outcome).toMatchObject([{ result: "stopping" }, { result: "stopped" }, { result: "stopping" }]);
  });

  test("tries all and tells what failed and what did not", async () => {
    const { log, outcome } = await run(["1"], 1_000);
    expect(log).toContain("stop 3");
    expect(outcome).toMatchObject({
      code: "LEASE_HELD",
      message: "1 of 3 machines failed; 1: 1 is held",
      details: { failed: [{ machine: "1", code: "LEASE_HELD" }], done: ["2", "3"] },
    });
  });
});

describe("selectMachines", () => {
  const two = [machine("148ed599c14189", "started", "web-1"), machine("148ed599c14190", "started", "web-2")];
  const select = (words: string[], machines = two, choose?: (question: string) => Promise<number>, all = false) =>
    selectMachines({ app: "a", words, all }, { client: { machines: { list: async () => machines } }, choose });

  test("finds by ID and name, each once", async () => {
    expect((await select(["web-2", "148ed599c14190", "148ed599c14189"])).map(({ name }) => name)).toEqual([
      "web-2",
      "web-1",
    ]);
  });

  test("takes the only one, asks among several, or takes all", async () => {
    expect(await select([], two.slice(0, 1))).toHaveLength(1);
    expect((await select([], two, async () => 1)).map(({ name }) => name)).toEqual(["web-2"]);
    expect(await select([], two, undefined, true)).toHaveLength(2);
  });

  test("says what was meant, and what to pass where nobody can be asked", async () => {
    await expect(select(["web-3"])).rejects.toMatchObject({
      code: "MACHINE_NOT_FOUND",
      suggestions: expect.arrayContaining(["use web-1"]),
    });
    await expect(select([])).rejects.toMatchObject({
      code: "USAGE",
      suggestions: expect.arrayContaining(["pass 148ed599c14189 (in iad)"]),
    });
    await expect(select([], [])).rejects.toMatchObject({ code: "MACHINE_NOT_FOUND" });
  });
});

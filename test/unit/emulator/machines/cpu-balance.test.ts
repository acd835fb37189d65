import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type CpuBalances,
  createCpuBalances,
  lastsMs,
  nextBalance,
} from "../../../../src/emulator/machines/cpu-balance.ts";
import type { MemoryRuntime } from "../../../../src/emulator/runtime/memory/memory-runtime.ts";
import { waitUntil } from "../../../../src/platform/clock.ts";
import { createMemoryRig, type MachineRig } from "../../../support/machine-rig.ts";

describe("a balance", () => {
  test("CP-02: of 5 s lasts 5.3 s at a whole vCPU, one of 500 s lasts 533 s", () => {
    expect(lastsMs(5, 1)).toBe(5_334);
    expect(nextBalance(5, 5.334, 5.334, 1)).toBeCloseTo(0, 2);
    expect(lastsMs(500, 1)).toBe(533_334);
  });
  test("CP-02: grows by a sixteenth of the time, up to 500 s", () => {
    expect(nextBalance(5, 0, 16, 1)).toBe(6);
    expect(nextBalance(5, 0, 16, 4)).toBe(9);
    expect(nextBalance(499.9, 0, 160, 1)).toBe(500);
  });
  test("CP-01: stays where it is at a sixteenth", () => {
    expect(nextBalance(3, 1, 16, 1)).toBe(3);
  });
  test("what was taken too much is made up for", () => {
    expect(nextBalance(0.1, 0.5, 1, 1)).toBeCloseTo(-0.3375);
    expect(lastsMs(-0.3, 1)).toBe(1_000);
  });
});

describe("balances", () => {
  let rig: MachineRig<MemoryRuntime>;
  let balances: CpuBalances;
  let nowMs: number;
  let throttles: boolean;
  let due: { readonly atMs: number; readonly run: () => void }[];

  beforeEach(async () => {
    rig = await createMemoryRig({ runs: { kind: "runs" } });
    [nowMs, throttles, due] = [0, true, []];
    balances = createCpuBalances({
      ...{ planet: "rig", machine: rig.store.machine, runtime: rig.runtime, now: () => nowMs },
      throttles: () => throttles,
      timer: (afterMs, run) => {
        const entry = { atMs: nowMs + afterMs, run };
        due.push(entry);
        return () => (due = due.filter((other) => other !== entry));
      },
      log: (text) => void rig.logged.push(text),
    });
  });
  afterEach(() => {
    balances.close();
    rig.close();
  });

  const started = async (guest: Parameters<typeof rig.add>[0]["guest"]): Promise<{ id: string; container: string }> => {
    const id = rig.add({ guest });
    await rig.supervisor.converge(id);
    return { id, container: await rig.containerId(id) };
  };
  const quota = (container: string): number | undefined => rig.runtime.control.limits(container).cpu?.quotaUs;
  /** Has everything done that is due next, with that much CPU time used by then; resolves when the next look is planned. */
  const next = async (container: string, cpuS: number): Promise<void> => {
    const [entry] = due;
    if (entry === undefined) throw new TypeError("nothing is due");
    due = due.slice(1);
    nowMs = entry.atMs;
    rig.runtime.control.setUsage(container, { cpuNs: cpuS * 1e9, memoryBytes: 0 });
    entry.run();
    await waitUntil(() => (due.length > 0 ? true : undefined), {
      ...{ what: "the next look", deadlineMs: 5_000, intervalMs: 1 },
    });
  };

  test("a busy machine is held to its share when its burst is over, and released when it has saved", async () => {
    const { id, container } = await started({ cpus: 2, memory_mb: 512 });
    balances.follow(id);
    expect(due.map(({ atMs }) => atMs)).toEqual([5_334]);
    await next(container, 10.7);
    expect(quota(container)).toBe(10_000);
    await next(container, 10.7);
    expect(quota(container)).toBe(160_000);
  });

  test("an idle one is looked at less and less often, and never held", async () => {
    const { id, container } = await started({ cpus: 1, memory_mb: 256 });
    balances.follow(id);
    for (let look = 1; look <= 40; look += 1) await next(container, 0.1);
    expect(quota(container)).toBe(80_000);
    expect((due[0]?.atMs ?? 0) - nowMs).toBeGreaterThan(60_000);
  });

  test("performance vCPUs have none, nor have machines that do not run", async () => {
    const { id } = await started({ cpus: 1, cpu_kind: "performance", memory_mb: 2_048 });
    balances.follow(id);
    const other = await started({ cpus: 1, memory_mb: 256 });
    balances.follow(other.id);
    await rig.want(other.id, { desired: "stopped" });
    balances.follow(other.id);
    expect(due).toEqual([]);
  });

  test("one that is found running is not charged for what it has done, and gets its vCPUs back", async () => {
    const { id, container } = await started({ cpus: 1, memory_mb: 256 });
    await rig.runtime.updateLimits(container, { cpu: { periodUs: 80_000, quotaUs: 5_000 } });
    balances.follow(id, true);
    await next(container, 10_000);
    expect(quota(container)).toBe(80_000);
  });

  test("without throttling nothing is held, and what is held is released", async () => {
    const { id, container } = await started({ cpus: 1, memory_mb: 256 });
    balances.follow(id);
    await next(container, 6);
    expect(quota(container)).toBe(5_000);
    throttles = false;
    balances.refresh();
    await next(container, 6);
    expect(quota(container)).toBe(80_000);
  });
});

// What control adds to the start of many machines: records, queue and events, beside bare calls to the engine for the same
// containers, all at once. Removed a few at a time, so that one side's end does not slow the other's start.
import { machinePrograms } from "../../src/emulator/machines/programs.ts";
import { programContainerSpec } from "../../src/emulator/machines/container-spec.ts";
import { createSerialQueue } from "../../src/emulator/machines/serial-queue.ts";
import type { MachineRecord } from "../../src/emulator/model/records.ts";
import { catalogueGeography } from "../../src/emulator/control-plane/geography.ts";
import type { ContainerRuntime, ContainerSpec } from "../../src/emulator/runtime/container-runtime.ts";
import { createDockerRuntime } from "../../src/emulator/runtime/docker/docker-runtime.ts";
import { createMachineRig, type MachineRig } from "../support/machine-rig.ts";
import { sweepPlanetsNamed } from "../support/sweep.ts";
import { type Bench, type BenchRow, compareInterleaved } from "./bench.ts";

const MACHINES = Number(process.env["HANGAR_BENCH_MACHINES"] ?? "100");
const RUNS = Number(process.env["HANGAR_BENCH_RUNS"] ?? "3");
const REMOVED_AT_ONCE = 3;
const IMAGE = "debian:bookworm-slim";
const planet = { name: "bench-machines", block: 12, home: "iad" };
const CONFIG = { init: { exec: ["sleep", "infinity"] }, guest: { memory_mb: 64 }, stop_config: { signal: "SIGKILL" } };

export const bench: Bench = { name: "machines", run };

async function run(): Promise<BenchRow[]> {
  await sweepPlanetsNamed(planet.name);
  const runtime = createDockerRuntime();
  const rig = await createMachineRig({
    runtime,
    planet: planet.name,
    block: planet.block,
    image: IMAGE,
    planetImage: IMAGE,
  });
  try {
    return await compareInterleaved({
      baseline: { name: "raw engine calls, all at once", measure: () => startRaw(rig, runtime) },
      ours: [{ name: `start: ${MACHINES} machines`, measure: () => startMachines(rig) }],
      runs: RUNS,
      warmups: 1,
    });
  } finally {
    rig.close();
    await sweepPlanetsNamed(planet.name);
  }
}

async function afew<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = createSerialQueue(REMOVED_AT_ONCE);
  await Promise.all(items.map((item, index) => queue.run(String(index), () => work(item))));
}

async function startMachines(rig: MachineRig<ContainerRuntime>): Promise<number> {
  const startedAt = performance.now();
  const ids = Array.from({ length: MACHINES }, () => rig.add(CONFIG));
  await Promise.all(ids.map((id) => rig.supervisor.converge(id)));
  const result = performance.now() - startedAt;
  for (const id of ids)
    if (rig.machine(id).state !== "started") throw new Error(`machine ${id} is ${rig.machine(id).state}`);
  await afew(ids, (id) => rig.want(id, { desired: "destroyed" }));
  return result;
}

/** The same containers, made of records that nobody keeps. */
async function startRaw(rig: MachineRig<ContainerRuntime>, runtime: ContainerRuntime): Promise<number> {
  const specs = Array.from({ length: MACHINES }, () => {
    const id = rig.add(CONFIG, "stopped");
    return specOf(rig.machine(id));
  });
  const startedAt = performance.now();
  const containers = await Promise.all(
    specs.map(async (spec) => {
      const id = await runtime.createContainer(spec);
      await runtime.startContainer(id);
      return id;
    }),
  );
  const result = performance.now() - startedAt;
  await afew(containers, (id) => runtime.removeContainer(id));
  for (const { id, state } of rig.store.machines())
    if (state === "created") await rig.want(id, { desired: "destroyed" });
  return result;
}

function specOf(machine: MachineRecord): ContainerSpec {
  const [program] = machinePrograms(machine);
  if (program === undefined) throw new TypeError(`machine ${machine.id} has no program`);
  return programContainerSpec({ planet, slot: catalogueGeography.slotOf(machine.region), machine }, program);
}

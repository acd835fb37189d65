// What control itself takes for many machines, with an engine in memory: a list over the API's own function, the start of all
// of them, the look around after a start of control, and a change of one among many. The baseline is fewer machines, times
// what they are fewer: a ratio near 1 says that a machine's cost does not grow with their number.
import { randomBytes } from "node:crypto";
import { createStateJournal } from "../../src/emulator/machines/state-journal.ts";
import { createMachineReader } from "../../src/emulator/machines/machine-reader.ts";
import { createSupervisor } from "../../src/emulator/machines/supervisor.ts";
import { catalogueGeography } from "../../src/emulator/control-plane/geography.ts";
import { openStore } from "../../src/emulator/control-plane/store/store.ts";
import { ulid } from "../../src/emulator/model/ids.ts";
import { createMemoryRuntime } from "../../src/emulator/runtime/memory/memory-runtime.ts";
import { regionNetworkSpec } from "../../src/emulator/lifecycle/planet-spec.ts";
import { systemClock, systemTimer } from "../../src/platform/clock.ts";
import { type Bench, type BenchRow, compareInterleaved } from "./bench.ts";

const planet = { name: "bench", block: 0, home: "iad" };
const REGIONS = catalogueGeography.codes;

export const bench: Bench = { name: "machines-memory", run };

interface World {
  list(): number;
  /** Brings every machine to what it should be. */
  reconcile(): Promise<void>;
  /** Stops one machine and starts it again; another one each time. */
  restartOne(): Promise<void>;
}

const FEW = 1_000;
const MANY = [3_000, 10_000] as const;
/** Machines changed in one measurement: one alone is too little to measure. */
const CHANGES = 100;

/** That many machines, all of them to be started. */
async function worldOf(machines: number): Promise<World> {
  const runtime = createMemoryRuntime({ clock: systemClock, images: { web: { kind: "runs" } } });
  // The engine in memory has no addresses to run out of.
  const store = openStore(":memory:", { machinesPerRegion: machines });
  const now = systemClock.now;
  const journal = createStateJournal({ store, now, timer: systemTimer, changed: () => undefined });
  const supervisor = createSupervisor({
    ...{ planet, image: "", store, runtime, journal, now, timer: systemTimer, slotOf: catalogueGeography.slotOf },
    activateRegions: () => Promise.resolve(),
    drained: () => Promise.resolve(),
    log: (text) => void process.stderr.write(`${text}\n`),
  });
  for (const region of REGIONS)
    await runtime.createNetwork(regionNetworkSpec(planet, region, catalogueGeography.slotOf(region)));
  store.insertApp({ id: "a", name: "app", organization: "personal", network: "default", createdAt: "" });
  store.transaction(() => {
    for (let i = 0; i < machines; i += 1) {
      const id = idOf(i);
      const at = new Date(now()).toISOString();
      store.insertMachine({
        ...{
          id,
          app: "app",
          name: `m${i}`,
          region: REGIONS[i % REGIONS.length] ?? "iad",
          instanceId: ulid(now(), randomBytes),
        },
        ...{ state: "created", desired: "started", cordoned: false, restarts: 0, restartWindowStartMs: 0 },
        ...{ restartRequested: false, skipSecrets: false, createdAt: at, updatedAt: at },
        config: {
          image: "web",
          env: { PORT: "8080" },
          services: [{ protocol: "tcp", internal_port: 8080, ports: [{ port: 80, handlers: ["http"] }] }],
        },
      });
    }
  });
  let turn = 0;
  const reader = createMachineReader({ planet, store, journal, now, slotOf: catalogueGeography.slotOf });
  return {
    list: () => JSON.stringify(reader.list("app")).length,
    reconcile: () => supervisor.reconcile(),
    restartOne: async () => {
      const id = idOf((turn += 7) % machines);
      for (const desired of ["stopped", "started"] as const) {
        journal.write(id, { desired });
        await supervisor.converge(id);
      }
    },
  };
}

async function startedWorldOf(machines: number): Promise<World> {
  const world = await worldOf(machines);
  await world.reconcile();
  return world;
}

function idOf(number: number): string {
  return number.toString(16).padStart(14, "0");
}

async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const amount = (count: number): string => count.toLocaleString("en-US");

/** Measures the same for few machines and for many, each as if it were as many. */
async function compareGrowth(
  what: string,
  measure: (machines: number) => Promise<number>,
  { runs, warmups }: { readonly runs: number; readonly warmups: number },
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const many of MANY) {
    const times = many / FEW;
    const baseline = {
      name: `${amount(FEW)} machines, times ${times}`,
      measure: async () => times * (await measure(FEW)),
    };
    const ours = [{ name: `${what}: ${amount(many)} machines`, measure: () => measure(many) }];
    rows.push(...(await compareInterleaved({ baseline, ours, runs, warmups })));
  }
  return rows;
}

async function run(): Promise<BenchRow[]> {
  const hundred = await startedWorldOf(100);
  const worlds = new Map<number, World>();
  for (const machines of [FEW, ...MANY]) worlds.set(machines, await startedWorldOf(machines));
  const world = (machines: number): World => {
    const found = worlds.get(machines);
    if (found === undefined) throw new RangeError(`there is no world of ${machines} machines`);
    return found;
  };
  const lists = await compareInterleaved({
    baseline: { name: "100 machines, times 10", measure: async () => 10 * (await timed(hundred.list)) },
    ours: [{ name: `GET machines: ${amount(FEW)} machines`, measure: () => timed(world(FEW).list) }],
    runs: 20,
    warmups: 10,
  });
  const changes = (machines: number) => async (): Promise<number> =>
    timed(async () => {
      for (let change = 0; change < CHANGES; change += 1) await world(machines).restartOne();
    });
  return [
    ...lists,
    ...(await compareGrowth("start", async (count) => timed((await worldOf(count)).reconcile), {
      runs: 3,
      warmups: 1,
    })),
    ...(await compareGrowth("look around", (count) => timed(world(count).reconcile), { runs: 5, warmups: 2 })),
    ...(await compareInterleaved({
      baseline: { name: `among ${amount(FEW)} machines`, measure: changes(FEW) },
      ours: MANY.map((many) => ({
        name: `${CHANGES} restarts among ${amount(many)} machines`,
        measure: changes(many),
      })),
      runs: 5,
    })),
  ];
}

// What control itself takes for many machines, with an engine in memory: a list over the API's own function, and the look
// around after a start. The baseline is a tenth of the machines, times ten: a ratio near 1 says that a machine's cost does
// not grow with their number.
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
  reconcile(): Promise<void>;
}

/** That many machines, all of them started. */
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
      const id = i.toString(16).padStart(14, "0");
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
  await supervisor.reconcile();
  const reader = createMachineReader({ planet, store, journal, now, slotOf: catalogueGeography.slotOf });
  return {
    list: () => JSON.stringify(reader.list("app")).length,
    reconcile: () => supervisor.reconcile(),
  };
}

async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function run(): Promise<BenchRow[]> {
  const [hundred, thousand, tenThousand] = [await worldOf(100), await worldOf(1_000), await worldOf(10_000)];
  const lists = await compareInterleaved({
    baseline: { name: "100 machines, times 10", measure: async () => 10 * (await timed(hundred.list)) },
    ours: [{ name: "GET machines: 1,000 machines", measure: () => timed(thousand.list) }],
    runs: 20,
    warmups: 10,
  });
  const reconciles = await compareInterleaved({
    baseline: { name: "1,000 machines, times 10", measure: async () => 10 * (await timed(thousand.reconcile)) },
    ours: [{ name: "reconcile: 10,000 machines", measure: () => timed(tenThousand.reconcile) }],
    runs: 5,
  });
  return [...lists, ...reconciles];
}

// Brings the engine's volumes to what the rows of volumes and snapshots say. Level-triggered as machines are: what a row
// wants is done again until it is done, also after a crash.
import { asAppError } from "../../errors/app-error.ts";
import { prefixedId, type RandomBytes } from "../model/ids.ts";
import type { ContainerRuntime, VolumeWorker } from "../runtime/container-runtime.ts";
import { LABEL, names, planetLabels } from "../runtime/labels.ts";
import { createSerialQueue } from "../machines/serial-queue.ts";
import type { Store } from "./store/store.ts";

export interface VolumeConvergence {
  /** Takes a volume or snapshot where its row says; resolves when it is there. @throws what the engine refused */
  step(id: string): Promise<void>;
  /** For what nobody waits for: `step`, again and again, slower and slower. */
  persist(id: string): void;
  /** Bytes that the files of these volumes take, by ID. @throws what the engine refused */
  usage(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Finishes what a crash cut short and removes what nobody owns any more. */
  reconcile(): Promise<void>;
}

export interface VolumeConvergenceDeps {
  readonly planet: string;
  readonly store: Store;
  readonly runtime: ContainerRuntime;
  /** An image with sh, find, cp and du. */
  readonly workerImage: string;
  readonly now: () => number;
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly random: RandomBytes;
  readonly log: (text: string) => void;
}

const PARALLEL = 4;
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** Destroyed volumes that can still be read. */
const DESTROYED_KEPT = 1_000;

export function createVolumeConvergence(deps: VolumeConvergenceDeps): VolumeConvergence {
  const { planet, store, runtime } = deps;
  const tables = store.volumes;
  const queue = createSerialQueue(PARALLEL);
  const nowIso = (): string => new Date(deps.now()).toISOString();
  const engineName = (id: string): string => names.volume(planet, id);
  const run = prefixedId("run", deps.random);
  /** @param target what it fills */
  const workerFor = (target?: string): VolumeWorker => ({
    image: deps.workerImage,
    labels: planetLabels(planet, "worker", {
      [LABEL.run]: run,
      ...(target === undefined ? {} : { [LABEL.volume]: target }),
    }),
  });

  /** Makes the engine's volume of an ID, with the content of another one's; how many bytes that is. */
  const copy = async (from: string, to: string): Promise<number> => {
    await runtime.createVolume(engineName(to), planetLabels(planet, "volume", { [LABEL.volume]: to }));
    return runtime.copyVolume(engineName(from), engineName(to), workerFor(to));
  };
  const usage = async (ids: readonly string[]): Promise<Map<string, number>> => {
    const bytes = await runtime.volumeUsage(ids.map(engineName), workerFor());
    return new Map(ids.map((id) => [id, bytes.get(engineName(id)) ?? 0]));
  };
  const converge = async (id: string): Promise<void> => {
    const volume = tables.get(id);
    if (volume?.state === "creating" || volume?.state === "hydrating") {
      if (volume.source !== undefined) await copy(volume.source, id);
      else await runtime.createVolume(engineName(id), planetLabels(planet, "volume", { [LABEL.volume]: id }));
      if (tables.get(id)?.state === volume.state) tables.update(id, { state: "created" }, nowIso());
    }
    if (volume?.state === "destroying") {
      await runtime.removeVolume(engineName(id));
      store.transaction(() => {
        tables.update(id, { state: "destroyed" }, nowIso());
        tables.prune(DESTROYED_KEPT);
      });
    }
  };
  const convergeSnapshot = async (id: string): Promise<void> => {
    const snapshot = tables.snapshot(id);
    if (snapshot?.state === "waiting" || snapshot?.state === "running") {
      tables.updateSnapshot(id, { state: "running" });
      const bytes = await copy(snapshot.volume, id);
      if (tables.snapshot(id)?.state === "running") tables.updateSnapshot(id, { state: "created", bytes });
    }
    if (snapshot?.state === "destroying") {
      await runtime.removeVolume(engineName(id));
      tables.dropSnapshot(id);
    }
  };
  const isFilled = (id: string): boolean => {
    const { state } = tables.get(id) ?? tables.snapshot(id) ?? {};
    return state === "hydrating" || state === "waiting" || state === "running";
  };
  /** The volumes and snapshots that are being filled from it. */
  const copiesOf = (id: string): string[] =>
    [
      ...tables.list().filter(({ source, state }) => source === id && state === "hydrating"),
      ...tables.snapshots(id).filter(({ state }) => state === "waiting" || state === "running"),
    ].map((copied) => copied.id);

  const step = async (id: string): Promise<void> => {
    const { state } = tables.get(id) ?? tables.snapshot(id) ?? {};
    // What others are made from goes when they are whole: they were promised with its content.
    if (state === "destroying") await Promise.all(copiesOf(id).map(step));
    await queue.run(id, () => (tables.snapshot(id) === undefined ? converge(id) : convergeSnapshot(id)));
  };
  const persist = (id: string, attempt = 0): void => {
    void step(id).catch((thrown: unknown) => {
      deps.log(`volume ${id}: ${asAppError(thrown).message}`);
      deps.timer(Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** attempt), () => persist(id, attempt + 1));
    });
  };

  return {
    step,
    persist: (id) => persist(id),
    usage,
    reconcile: async () => {
      // The engine is asked first: whatever it has by now has its row already.
      const [made, workers] = await Promise.all([
        runtime.listVolumes(planetLabels(planet, "volume")),
        runtime.listContainers(planetLabels(planet, "worker")),
      ]);
      // What a control that was killed had at work, but for copies that are still wanted: they are waited for, below.
      const abandoned = workers.filter(
        ({ labels }) => labels[LABEL.run] !== run && !isFilled(labels[LABEL.volume] ?? ""),
      );
      await Promise.all(abandoned.map((container) => runtime.removeContainer(container.id)));
      const volumes = tables.list();
      const known = new Set([...volumes, ...tables.snapshots()].map(({ id }) => engineName(id)));
      const orphans = made.filter((name) => !known.has(name));
      await Promise.all(
        orphans.map((name) =>
          queue
            .run(name, () => runtime.removeVolume(name))
            .catch((error: unknown) => deps.log(`volume ${name}: ${asAppError(error).message}`)),
        ),
      );
      for (const { id, state } of volumes) if (state !== "created") persist(id);
      for (const { id, state } of tables.snapshots()) if (state !== "created") persist(id);
    },
  };
}

// Volumes and their snapshots, each a volume of the engine. Level-triggered as machines are: what a row wants is done
// again until it is done, also after a crash.
import { createHash } from "node:crypto";
import type { CreateVolume } from "../../contract/volumes.ts";
import { AppError, asAppError } from "../../errors/app-error.ts";
import { prefixedId, type RandomBytes } from "../model/ids.ts";
import type { PlanetRecord, SnapshotRecord, VolumeRecord } from "../model/records.ts";
import type { ContainerRuntime, VolumeWorker } from "../runtime/container-runtime.ts";
import { LABEL, names, planetLabels } from "../runtime/labels.ts";
import { createSerialQueue } from "../machines/serial-queue.ts";
import type { Store } from "./store/store.ts";

export interface Volumes {
  /** @throws VOLUME_NOT_FOUND */
  get(app: string, id: string): VolumeRecord;
  /** Resolves when it is there, with its content. @throws REGION_UNKNOWN, REQUEST_INVALID, VOLUME_NOT_FOUND */
  create(app: string, body: CreateVolume): Promise<VolumeRecord>;
  update(
    app: string,
    id: string,
    change: { readonly snapshotRetention?: number; readonly autoBackup?: boolean },
  ): VolumeRecord;
  /** @throws REQUEST_INVALID volumes do not shrink */
  extend(app: string, id: string, sizeGb: number): VolumeRecord;
  /** @throws MACHINE_STATE a machine has it */
  destroy(app: string, id: string): Promise<VolumeRecord>;
  /** All of an app that is going, attached or not. */
  destroyAll(app: string): void;
  snapshot(app: string, id: string): Promise<SnapshotRecord>;
  snapshots(app: string, id: string): SnapshotRecord[];
  /** Finishes what a crash cut short and removes what nobody owns or needs any more. */
  reconcile(): Promise<void>;
}

export interface VolumesDeps {
  readonly planet: PlanetRecord;
  readonly store: Store;
  readonly runtime: ContainerRuntime;
  /** An image with cp and du. */
  readonly workerImage: string;
  readonly requireRegion: (code: string) => void;
  readonly now: () => number;
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly random: RandomBytes;
  readonly log: (text: string) => void;
}

const PARALLEL = 4;
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
const DAY_MS = 86_400_000;
const DEFAULT_RETENTION_DAYS = 5;
/** Destroyed volumes that can still be read. */
const DESTROYED_KEPT = 1_000;

/** Every region is one host, with a name that does not change. */
function zoneOf(region: string): string {
  return createHash("sha256").update(region).digest("hex").slice(0, 4);
}

export function createVolumes(deps: VolumesDeps): Volumes {
  const { planet, store, runtime } = deps;
  const tables = store.volumes;
  const queue = createSerialQueue(PARALLEL);
  const nowIso = (): string => new Date(deps.now()).toISOString();
  const engineName = (id: string): string => names.volume(planet.name, id);
  const labelsOf = (id: string): Record<string, string> => planetLabels(planet.name, "volume", { [LABEL.volume]: id });
  const worker: VolumeWorker = { image: deps.workerImage, labels: planetLabels(planet.name, "worker") };

  const get = (app: string, id: string): VolumeRecord => {
    const volume = tables.get(id);
    if (volume === undefined || volume.app !== app)
      throw new AppError("VOLUME_NOT_FOUND", `volume not found: "${id.slice(0, 100)}"`);
    return volume;
  };
  const present = (app: string, id: string): VolumeRecord => {
    const volume = get(app, id);
    if (volume.state === "destroying" || volume.state === "destroyed")
      throw new AppError("VOLUME_NOT_FOUND", `volume not found: "${id.slice(0, 100)}"`);
    return volume;
  };

  /** One step of a volume towards what its row says. */
  const converge = async (id: string): Promise<void> => {
    const volume = tables.get(id);
    if (volume?.state === "creating" || volume?.state === "hydrating") {
      await runtime.createVolume(engineName(id), labelsOf(id));
      if (volume.source !== undefined) await runtime.copyVolume(engineName(volume.source), engineName(id), worker);
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
      await runtime.createVolume(engineName(id), labelsOf(id));
      await runtime.copyVolume(engineName(snapshot.volume), engineName(id), worker);
      tables.updateSnapshot(id, { state: "created", bytes: await runtime.volumeUsage(engineName(id), worker) });
    }
    if (snapshot?.state === "destroying") {
      await runtime.removeVolume(engineName(id));
      tables.dropSnapshot(id);
    }
  };
  const step = (id: string): Promise<void> =>
    queue.run(id, () => (id.startsWith("vs_") ? convergeSnapshot(id) : converge(id)));
  /** For what nobody waits for: again and again, slower and slower. */
  const persist = (id: string, attempt = 0): void => {
    void step(id).catch((thrown: unknown) => {
      deps.log(`volume ${id}: ${asAppError(thrown).message}`);
      deps.timer(Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** attempt), () => persist(id, attempt + 1));
    });
  };

  /** What a new volume is a copy of, with the least size it can have. */
  const sourceOf = (app: string, { snapshot_id: snapshotId, source_volume_id: volumeId }: CreateVolume) => {
    if (volumeId !== undefined && volumeId !== "") {
      const { id, sizeGb, region } = present(app, volumeId);
      return { id, sizeGb, region };
    }
    if (snapshotId === undefined || snapshotId === "") return undefined;
    const snapshot = tables.snapshot(snapshotId);
    const volume = snapshot === undefined ? undefined : tables.get(snapshot.volume);
    if (snapshot === undefined || volume?.app !== app || snapshot.state !== "created")
      throw new AppError("VOLUME_NOT_FOUND", `snapshot not found: "${snapshotId}"`);
    return { id: snapshot.id, sizeGb: snapshot.sizeGb, region: volume.region };
  };

  return {
    get,
    create: async (app, body) => {
      const source = sourceOf(app, body);
      const region = body.region === undefined || body.region === "" ? (source?.region ?? planet.home) : body.region;
      deps.requireRegion(region);
      const sizeGb = body.size_gb ?? source?.sizeGb ?? 1;
      if (source !== undefined && sizeGb < source.sizeGb)
        throw new AppError(
          "REQUEST_INVALID",
          `invalid request: size_gb must be at least ${source.sizeGb}, the size of the source`,
        );
      const at = nowIso();
      const id = prefixedId("vol", deps.random);
      tables.insert({
        ...{ id, app, name: body.name, region, zone: zoneOf(region), sizeGb },
        state: source === undefined ? "creating" : "hydrating",
        encrypted: body.encrypted ?? true,
        fstype: body.fstype ?? "ext4",
        snapshotRetention: body.snapshot_retention ?? DEFAULT_RETENTION_DAYS,
        autoBackup: body.auto_backup_enabled ?? true,
        ...(source === undefined ? {} : { source: source.id }),
        ...{ createdAt: at, updatedAt: at },
      });
      try {
        await step(id);
      } catch (error) {
        tables.update(id, { state: "destroying" }, nowIso());
        persist(id);
        throw error;
      }
      return get(app, id);
    },
    update: (app, id, change) => {
      tables.update(present(app, id).id, change, nowIso());
      return get(app, id);
    },
    extend: (app, id, sizeGb) => {
      const volume = present(app, id);
      if (sizeGb < volume.sizeGb)
        throw new AppError(
          "REQUEST_INVALID",
          `invalid request: volume ${id} has ${volume.sizeGb} GB and cannot shrink`,
        );
      tables.update(id, { sizeGb }, nowIso());
      return get(app, id);
    },
    destroy: async (app, id) => {
      const volume = get(app, id);
      if (volume.state === "destroyed" || volume.state === "destroying") return volume;
      if (volume.machine !== undefined)
        throw new AppError(
          "MACHINE_STATE",
          `failed_precondition: volume ${id} is attached to machine ${volume.machine}`,
        );
      tables.update(id, { state: "destroying" }, nowIso());
      await step(id).catch(() => persist(id));
      return get(app, id);
    },
    destroyAll: (app) => {
      for (const { id, state } of tables.list({ app })) {
        if (state !== "destroying") tables.update(id, { state: "destroying", machine: null }, nowIso());
        for (const { id: snapshot } of tables.snapshots(id)) {
          tables.updateSnapshot(snapshot, { state: "destroying" });
          persist(snapshot);
        }
        persist(id);
      }
    },
    snapshot: async (app, id) => {
      const volume = present(app, id);
      const snapshot: SnapshotRecord = {
        id: prefixedId("vs", deps.random),
        volume: id,
        state: "waiting",
        bytes: 0,
        sizeGb: volume.sizeGb,
        retentionDays: volume.snapshotRetention,
        createdAt: nowIso(),
      };
      tables.insertSnapshot(snapshot);
      try {
        await step(snapshot.id);
      } catch (error) {
        tables.updateSnapshot(snapshot.id, { state: "destroying" });
        persist(snapshot.id);
        throw error;
      }
      return tables.snapshot(snapshot.id) ?? snapshot;
    },
    snapshots: (app, id) => tables.snapshots(get(app, id).id).filter(({ state }) => state !== "destroying"),
    reconcile: async () => {
      for (const { id, createdAt, retentionDays } of tables.snapshots())
        if (Date.parse(createdAt) + retentionDays * DAY_MS < deps.now())
          tables.updateSnapshot(id, { state: "destroying" });
      // The engine is asked first: whatever it has by now has its row already.
      const [made, workers] = await Promise.all([
        runtime.listVolumes(planetLabels(planet.name, "volume")),
        // What a control that was killed had at work: whoever needs it starts it again, below.
        runtime.listContainers(planetLabels(planet.name, "worker")),
      ]);
      await Promise.all(workers.map((container) => runtime.removeContainer(container.id)));
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

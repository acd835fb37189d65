// What the Machines API does to machines: checks the request, writes the wanted state, sets the supervisor to work.
import { AppError } from "../../errors/app-error.ts";
import type { LaunchMachine, Machine, MachineEvent } from "../../contract/machine.ts";
import { machineId, machineName, ulid, type RandomBytes } from "../model/ids.ts";
import type { MachineRecord, PlanetRecord } from "../model/records.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import type { Store } from "../control-plane/store/store.ts";
import { planSuspend } from "./preconditions.ts";
import { createMachineLeases, type MachineLeases } from "./machine-leases.ts";
import { createMachineReader, type MachineReader } from "./machine-reader.ts";
import { event, type StateJournal } from "./state-journal.ts";
import type { Supervisor } from "./supervisor.ts";
import { claimVolumes, mountedVolumes, requireRegion } from "./volume-claims.ts";

export interface StopOptions {
  readonly signal?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface MachineService extends MachineReader {
  readonly leases: MachineLeases;
  create(app: string, body: LaunchMachine, owner?: string): Promise<Machine>;
  /** `nonce`: of the lease that the caller holds; so everywhere below. */
  update(app: string, id: string, body: LaunchMachine, nonce?: string): Promise<Machine>;
  start(app: string, id: string, nonce?: string): { previous_state: string };
  stop(app: string, id: string, options?: StopOptions, nonce?: string): void;
  restart(app: string, id: string, options?: StopOptions, nonce?: string): void;
  suspend(app: string, id: string, nonce?: string): void;
  destroy(app: string, id: string, force: boolean, nonce?: string): void;
  cordon(app: string, id: string, cordoned: boolean, nonce?: string): void;
}

export interface MachineServiceDeps {
  readonly planet: PlanetRecord;
  readonly store: Store;
  readonly runtime: ContainerRuntime;
  readonly journal: StateJournal;
  readonly supervisor: Supervisor;
  readonly random: RandomBytes;
  readonly now: () => number;
  readonly slotOf: (region: string) => number;
  /** Throws REGION_UNKNOWN with suggestions for a code that is none. */
  readonly requireRegion: (code: string) => void;
}

const AT_REST = new Set(["stopped", "suspended", "created", "failed"]);
/** Words that stand for any region. */
const ANYWHERE = new Set(["", "any"]);

export function createMachineService(deps: MachineServiceDeps): MachineService {
  const { store, journal, supervisor, planet } = deps;
  const nowIso = (): string => new Date(deps.now()).toISOString();
  const reader = createMachineReader(deps);
  const leases = createMachineLeases(store, deps.now, deps.random);

  /** What the image's name stands for now. One that cannot be had is refused before anything changes. */
  const requireImage = async (image: string): Promise<string | undefined> => {
    const present = await deps.runtime.imageId(image);
    if (present !== undefined) return present;
    await deps.runtime.pullImage(image);
    return deps.runtime.imageId(image);
  };
  /** @throws MACHINE_NOT_FOUND, CONFLICT somebody else holds a lease */
  const changeable = (app: string, id: string, nonce: string | undefined): MachineRecord => {
    const machine = reader.present(app, id);
    leases.requireFree(machine, nonce);
    return machine;
  };
  const regionFor = (wanted: string | undefined, volume: string | undefined): string => {
    const first = (wanted ?? "").split(",").find((code) => !ANYWHERE.has(code.trim()));
    return first?.trim() ?? volume ?? planet.home;
  };
  /** The machine, with the nonce of a new lease where the request asked for one. */
  const answer = (id: string, body: LaunchMachine, owner: string, nonce?: string): Machine => {
    const machine = reader.viewOf(id);
    const ttlS = body.lease_ttl ?? 0;
    const record = store.machine(id);
    if (ttlS === 0 || record === undefined) return machine;
    return { ...machine, nonce: leases.take(record, { owner, ttlS, nonce }).nonce };
  };
  const want = (
    id: string,
    change: Parameters<StateJournal["write"]>[1],
    happened: Omit<MachineEvent, "timestamp">,
  ): void => {
    journal.write(id, change, happened);
    void supervisor.converge(id);
  };
  const stopChange = ({
    signal,
    timeoutMs,
  }: StopOptions): { stopSignal: string | null; stopTimeoutMs: number | null } => ({
    stopSignal: signal ?? null,
    stopTimeoutMs: timeoutMs ?? null,
  });

  return {
    ...reader,
    leases,
    create: async (app, body, owner = "") => {
      reader.requireApp(app);
      const region = regionFor(body.region, mountedVolumes(store, app, body.config)[0]?.region);
      deps.requireRegion(region);
      const imageDigest = await requireImage(body.config.image);
      const launched = body.skip_launch !== true;
      const id = store.transaction(() => {
        // The app and the volumes may have gone while the image was looked for.
        reader.requireApp(app);
        const volumes = mountedVolumes(store, app, body.config);
        requireRegion(volumes, region);
        const at = nowIso();
        const record = store.insertMachine({
          id: machineId(deps.random),
          app,
          name: body.name === undefined || body.name === "" ? machineName(deps.random) : body.name,
          region,
          state: "created",
          desired: launched ? "started" : "stopped",
          instanceId: ulid(deps.now(), deps.random),
          config: body.config,
          cordoned: body.skip_service_registration === true,
          restarts: 0,
          restartWindowStartMs: 0,
          restartRequested: false,
          skipSecrets: body.skip_secrets === true,
          ...(imageDigest === undefined ? {} : { imageDigest }),
          ...(body.min_secrets_version === undefined ? {} : { minSecretsVersion: body.min_secrets_version }),
          createdAt: at,
          updatedAt: at,
        });
        claimVolumes(store, record.id, volumes, at);
        journal.write(record.id, {}, event("launch", "created", "user"));
        return record.id;
      });
      const machine = answer(id, body, owner);
      if (launched) void supervisor.converge(id);
      // Whoever waits for a machine that is not to start waits for "stopped".
      else journal.write(id, { state: "stopped" });
      return machine;
    },
    update: async (app, id, body, nonce) => {
      const machine = changeable(app, id, nonce);
      const stale = (detail: string): AppError =>
        new AppError("CONFLICT", `aborted: machine update failed due to concurrent update${detail}`);
      if (body.current_version !== undefined && body.current_version !== machine.instanceId)
        throw stale(`: current_version ${body.current_version} is not the machine's version ${machine.instanceId}`);
      if (body.region !== undefined && !ANYWHERE.has(body.region) && body.region !== machine.region) {
        throw new AppError(
          "REQUEST_INVALID",
          `machine ${id} is in region "${machine.region}": the region of a machine cannot be changed`,
        );
      }
      requireRegion(mountedVolumes(store, app, body.config, id), machine.region);
      const imageDigest = await requireImage(body.config.image);
      store.transaction(() => {
        const before = changeable(app, id, nonce);
        if (before.instanceId !== machine.instanceId) throw stale("");
        claimVolumes(store, id, mountedVolumes(store, app, body.config, id), nowIso());
        journal.write(
          id,
          {
            config: body.config,
            instanceId: ulid(deps.now(), deps.random),
            // Whoever waits for the new version must not be told of the old one, which still runs.
            ...(body.skip_launch === true && AT_REST.has(before.state) ? {} : { state: "replacing" as const }),
            desired: body.skip_launch === true ? "stopped" : "started",
            restarts: 0,
            restartRequested: false,
            memoryLimitMb: null,
            minSecretsVersion: body.min_secrets_version ?? null,
            skipSecrets: body.skip_secrets === true,
            imageDigest: imageDigest ?? null,
            ...(body.skip_service_registration === undefined ? {} : { cordoned: body.skip_service_registration }),
          },
          event("update", "replacing", "user"),
        );
      });
      void supervisor.converge(id);
      return answer(id, body, "", nonce);
    },
    start: (app, id, nonce) => {
      const machine = changeable(app, id, nonce);
      if (machine.desired !== "started") journal.write(id, { desired: "started" }, event("start", "starting", "user"));
      void supervisor.converge(id);
      return { previous_state: machine.state };
    },
    stop: (app, id, options = {}, nonce) => {
      const machine = changeable(app, id, nonce);
      if (machine.desired === "stopped" && machine.state !== "suspended") return void supervisor.converge(id);
      return want(
        id,
        { desired: "stopped", restartRequested: false, ...stopChange(options) },
        event("stop", "stopping", "user"),
      );
    },
    restart: (app, id, options = {}, nonce) => {
      changeable(app, id, nonce);
      want(
        id,
        { desired: "started", restartRequested: true, ...stopChange(options) },
        event("restart", "restarting", "user"),
      );
    },
    suspend: (app, id, nonce) => {
      const machine = changeable(app, id, nonce);
      if (planSuspend(machine) === "nothing") return;
      want(id, { desired: "suspended" }, event("suspend", "suspending", "user"));
    },
    destroy: (app, id, force, nonce) => {
      const machine = reader.find(app, id);
      if (machine.desired === "destroyed") return;
      leases.requireFree(machine, nonce);
      if (!force && !AT_REST.has(machine.state)) {
        throw new AppError(
          "MACHINE_STATE",
          "failed_precondition: unable to destroy machine, not currently stopped, suspended, failed or created",
          { suggestions: ["stop the machine first, or pass force=true"] },
        );
      }
      want(id, { desired: "destroyed" }, event("destroy", "destroying", "user"));
    },
    cordon: (app, id, cordoned, nonce) => {
      changeable(app, id, nonce);
      journal.write(id, { cordoned });
    },
  };
}

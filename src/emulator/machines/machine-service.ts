// What the Machines API does to machines: checks the request, writes the wanted state, sets the supervisor to work.
import { AppError } from "../../errors/app-error.ts";
import type { CheckStatus, LaunchMachine, Machine } from "../../contract/machine.ts";
import { machineId, machineName, ulid, type RandomBytes } from "../model/ids.ts";
import type { MachineRecord, PlanetRecord } from "../model/records.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import type { Store } from "../control-plane/store/store.ts";
import { machineAddresses } from "../topology/address-plan.ts";
import { machineChecks } from "../control-plane/world-view.ts";
import { event, type StateJournal } from "./state-journal.ts";
import { machineNotFound, type Supervisor } from "./supervisor.ts";

export interface MachineService {
  list(
    app: string,
    filter?: { readonly region?: string; readonly states?: readonly string[]; readonly includeDeleted?: boolean },
  ): Machine[];
  get(app: string, id: string): Machine;
  create(app: string, body: LaunchMachine): Promise<Machine>;
  update(app: string, id: string, body: LaunchMachine): Promise<Machine>;
  start(app: string, id: string): { previous_state: string };
  stop(app: string, id: string): void;
  destroy(app: string, id: string, force: boolean): void;
  cordon(app: string, id: string, cordoned: boolean): void;
  /** @throws DEADLINE with the platform's words when the state is not reached */
  wait(
    app: string,
    id: string,
    state: string,
    instanceId: string | undefined,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<void>;
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

/** Image references as the API splits them. */
function imageRef(image: string): Record<string, string> {
  const slash = image.indexOf("/");
  const hasRegistry = slash > 0 && /[.:]|^localhost$/.test(image.slice(0, slash));
  const rest = hasRegistry ? image.slice(slash + 1) : image;
  const [name = rest, digest] = rest.split("@");
  const colon = name.lastIndexOf(":");
  return {
    registry: hasRegistry ? image.slice(0, slash) : "docker-hub-mirror.fly.io",
    repository: colon > 0 ? name.slice(0, colon) : name,
    tag: colon > 0 ? name.slice(colon + 1) : "latest",
    ...(digest === undefined ? {} : { digest }),
  };
}

export function createMachineService(deps: MachineServiceDeps): MachineService {
  const { store, journal, supervisor, planet } = deps;
  const nowIso = (): string => new Date(deps.now()).toISOString();

  const find = (app: string, id: string): MachineRecord => {
    if (store.app(app) === undefined)
      throw new AppError("APP_NOT_FOUND", `Could not find App "${app}"`, { suggestions: ["hangar apps list"] });
    const machine = store.machine(id);
    if (machine === undefined || machine.app !== app) throw machineNotFound(id);
    return machine;
  };

  /** Edge checks what runs: of other machines the last result says nothing. */
  const checksOf = (machine: MachineRecord): CheckStatus[] => {
    if (machine.state !== "started") {
      return machineChecks(machine).map(({ name }) => ({
        name,
        status: "warning",
        output: `the machine is ${machine.state}`,
        updated_at: machine.updatedAt,
      }));
    }
    const results = store.checks(machine.id).filter(({ instanceId }) => instanceId === machine.instanceId);
    const declared = machineChecks(machine).map(({ name }) => {
      const result = results.find((check) => check.name === name);
      return {
        name,
        status: result?.status ?? ("critical" as const),
        output: result?.output ?? "the check has not run yet",
        updated_at: result?.updated_at ?? machine.updatedAt,
      };
    });
    const implicit = results.filter(({ name }) => !declared.some((check) => check.name === name));
    return [
      ...declared,
      ...implicit.map(({ name, status, output, updated_at }) => ({ name, status, output, updated_at })),
    ];
  };

  const view = (machine: MachineRecord): Machine => {
    return {
      id: machine.id,
      name: machine.name,
      state: machine.state,
      region: machine.region,
      instance_id: machine.instanceId,
      version: machine.instanceId,
      private_ip: machineAddresses(planet.block, deps.slotOf(machine.region), machine.number).address6,
      config: machine.config,
      image_ref: imageRef(machine.config.image),
      created_at: machine.createdAt,
      updated_at: machine.updatedAt,
      events: store.events(machine.id),
      checks: checksOf(machine),
      cordoned: machine.cordoned,
      host_status: "ok",
    };
  };

  /** An image that cannot be had is refused before anything changes. */
  const requireImage = async (image: string): Promise<void> => {
    if ((await deps.runtime.imageId(image)) === undefined) await deps.runtime.pullImage(image);
  };

  const requireUndestroyed = (machine: MachineRecord): void => {
    if (machine.desired === "destroyed") throw machineNotFound(machine.id);
  };

  return {
    list: (app, { region, states, includeDeleted = false } = {}) => {
      if (store.app(app) === undefined)
        throw new AppError("APP_NOT_FOUND", `Could not find App "${app}"`, { suggestions: ["hangar apps list"] });
      return store
        .machines({ app, destroyed: includeDeleted })
        .filter(
          (machine) =>
            (region === undefined || machine.region === region) &&
            (states === undefined || states.includes(machine.state)),
        )
        .map(view);
    },
    get: (app, id) => view(find(app, id)),
    create: async (app, body) => {
      if (store.app(app) === undefined)
        throw new AppError("APP_NOT_FOUND", `Could not find App "${app}"`, { suggestions: ["hangar apps list"] });
      const region = body.region ?? planet.home;
      deps.requireRegion(region);
      await requireImage(body.config.image);
      const at = nowIso();
      const launched = body.skip_launch !== true;
      const machine = store.transaction(() => {
        const record = store.insertMachine({
          id: machineId(deps.random),
          app,
          name: body.name ?? machineName(deps.random),
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
          createdAt: at,
          updatedAt: at,
        });
        journal.write(record.id, {}, event("launch", "created", "user"));
        return record;
      });
      if (launched) void supervisor.converge(machine.id);
      return view(store.machine(machine.id) ?? machine);
    },
    update: async (app, id, body) => {
      const machine = find(app, id);
      requireUndestroyed(machine);
      if (body.current_version !== undefined && body.current_version !== machine.instanceId) {
        throw new AppError(
          "CONFLICT",
          `aborted: machine update failed due to concurrent update: current_version ${body.current_version} is not the machine's version ${machine.instanceId}`,
        );
      }
      if (body.region !== undefined && body.region !== machine.region) {
        throw new AppError(
          "REQUEST_INVALID",
          `machine ${id} is in region "${machine.region}": the region of a machine cannot be changed`,
        );
      }
      await requireImage(body.config.image);
      const before = store.machine(id);
      if (before === undefined || before.instanceId !== machine.instanceId)
        throw new AppError("CONFLICT", "aborted: machine update failed due to concurrent update");
      journal.write(
        id,
        {
          config: body.config,
          instanceId: ulid(deps.now(), deps.random),
          desired: body.skip_launch === true ? "stopped" : "started",
          restarts: 0,
        },
        event("update", "replacing", "user"),
      );
      void supervisor.converge(id);
      return view(find(app, id));
    },
    start: (app, id) => {
      const machine = find(app, id);
      requireUndestroyed(machine);
      if (machine.desired !== "started") journal.write(id, { desired: "started" }, event("start", "starting", "user"));
      void supervisor.converge(id);
      return { previous_state: machine.state };
    },
    stop: (app, id) => {
      const machine = find(app, id);
      requireUndestroyed(machine);
      if (machine.desired !== "stopped") journal.write(id, { desired: "stopped" }, event("stop", "stopping", "user"));
      void supervisor.converge(id);
    },
    destroy: (app, id, force) => {
      const machine = find(app, id);
      if (machine.desired === "destroyed") return;
      if (!force && !["stopped", "created", "failed"].includes(machine.state)) {
        throw new AppError(
          "MACHINE_STATE",
          "failed_precondition: unable to destroy machine, not currently stopped, suspended, failed or created",
          {
            suggestions: ["stop the machine first, or pass force=true"],
          },
        );
      }
      journal.write(id, { desired: "destroyed" }, event("destroy", "destroying", "user"));
      void supervisor.converge(id);
    },
    cordon: (app, id, cordoned) => {
      requireUndestroyed(find(app, id));
      journal.write(id, { cordoned });
    },
    wait: async (app, id, state, instanceId, timeoutMs, signal) => {
      find(app, id);
      const reached = await journal.waitFor(
        id,
        (machine) =>
          machine !== undefined &&
          machine.state === state &&
          (instanceId === undefined || machine.instanceId === instanceId),
        timeoutMs,
        signal,
      );
      if (reached !== undefined) return;
      throw new AppError(
        "DEADLINE",
        `deadline_exceeded: machine failed to reach desired state, ${state}, currently ${store.machine(id)?.state ?? "gone"}`,
      );
    },
  };
}

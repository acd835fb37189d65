// What the Machines API says of machines.
import { AppError } from "../../errors/app-error.ts";
import type { Machine } from "../../contract/machine.ts";
import type { MachineRecord, MachineVersionRecord, PlanetRecord } from "../model/records.ts";
import type { Store } from "../control-plane/store/store.ts";
import { viewMachine } from "./machine-view.ts";
import type { StateJournal } from "./state-journal.ts";
import { machineNotFound } from "./supervisor.ts";
import { hasReached, type WaitFor } from "./wait-for.ts";

export interface ListFilter {
  readonly region?: string | undefined;
  readonly states?: readonly string[] | undefined;
  readonly includeDeleted?: boolean;
  readonly withLeases?: boolean;
  /** All of these keys have these values. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface MachineReader {
  /** @throws APP_NOT_FOUND */
  requireApp(app: string): void;
  /** The record, also of a destroyed machine. @throws APP_NOT_FOUND, MACHINE_NOT_FOUND */
  find(app: string, id: string): MachineRecord;
  /** The record of a machine that is not to go. @throws APP_NOT_FOUND, MACHINE_NOT_FOUND */
  present(app: string, id: string): MachineRecord;
  list(app: string, filter?: ListFilter): Machine[];
  /** With `version`: as it was configured then, in state "replaced" when it is another one now. */
  get(
    app: string,
    id: string,
    options?: { readonly version?: string | undefined; readonly withLease?: boolean },
  ): Machine;
  viewOf(id: string): Machine;
  versions(app: string, id: string): MachineVersionRecord[];
  /** Resolves with the machine as it is then. @throws DEADLINE with the platform's words when the state is not reached */
  wait(app: string, id: string, wanted: WaitFor, timeoutMs: number, signal: AbortSignal): Promise<Machine>;
}

export interface MachineReaderDeps {
  readonly planet: PlanetRecord;
  readonly store: Store;
  readonly journal: StateJournal;
  readonly now: () => number;
  readonly slotOf: (region: string) => number;
}

export function createMachineReader({ planet, store, journal, now, slotOf }: MachineReaderDeps): MachineReader {
  const requireApp = (app: string): void => {
    if (store.app(app) !== undefined) return;
    throw new AppError("APP_NOT_FOUND", `Could not find App "${app.slice(0, 80)}"`, {
      suggestions: ["hangar apps list"],
    });
  };
  const find = (app: string, id: string): MachineRecord => {
    requireApp(app);
    const machine = store.machine(id);
    if (machine === undefined || machine.app !== app) throw machineNotFound(id);
    return machine;
  };
  const view = (machine: MachineRecord, withLease: boolean): Machine =>
    viewMachine(planet, slotOf(machine.region), machine, {
      events: store.events(machine.id),
      checks: store.checks(machine.id),
      lease: withLease ? store.lease(machine.id, now()) : undefined,
    });
  const hasMetadata = (machine: MachineRecord, wanted: Readonly<Record<string, string>>): boolean =>
    Object.entries(wanted).every(([key, value]) => machine.config.metadata?.[key] === value);

  return {
    requireApp,
    find,
    present: (app, id) => {
      const machine = find(app, id);
      if (machine.desired === "destroyed") throw machineNotFound(id);
      return machine;
    },
    list: (app, { region, states, includeDeleted = false, withLeases = false, metadata = {} } = {}) => {
      requireApp(app);
      const events = store.eventsOfApp(app);
      const checks = store.checksOfApp(app);
      const leases = new Map(withLeases ? store.leases(app, now()).map((lease) => [lease.machine, lease]) : []);
      return store
        .machines({ app, destroyed: includeDeleted || states?.includes("destroyed") === true })
        .filter(
          (machine) =>
            (region === undefined || machine.region === region) &&
            (states === undefined || states.includes(machine.state)) &&
            hasMetadata(machine, metadata),
        )
        .map((machine) =>
          viewMachine(planet, slotOf(machine.region), machine, {
            events: events.get(machine.id) ?? [],
            checks: checks.get(machine.id) ?? [],
            lease: leases.get(machine.id),
          }),
        );
    },
    get: (app, id, { version, withLease = false } = {}) => {
      const machine = find(app, id);
      if (version === undefined || version === machine.instanceId) return view(machine, withLease);
      const old = store.version(id, version);
      if (old === undefined) throw machineNotFound(`${id}@${version.slice(0, 40)}`);
      return view({ ...machine, instanceId: version, config: old.config, state: "replaced" }, withLease);
    },
    viewOf: (id) => {
      const machine = store.machine(id);
      if (machine === undefined) throw machineNotFound(id);
      return view(machine, false);
    },
    versions: (app, id) => store.versions(find(app, id).id),
    wait: async (app, id, wanted, timeoutMs, signal) => {
      find(app, id);
      const newest = (): string | undefined => store.events(id)[0]?.id;
      const reached = await journal.waitFor(
        id,
        (machine) => machine !== undefined && hasReached(machine, wanted, newest()),
        timeoutMs,
        signal,
      );
      if (reached !== undefined) return view(reached, false);
      throw new AppError(
        "DEADLINE",
        `deadline_exceeded: machine failed to reach desired state, ${wanted.states.join(" or ")}, currently ${store.machine(id)?.state ?? "gone"}`,
      );
    },
  };
}

// Pure: records → the World that wan and edge see.
import type { CheckConfig } from "../../contract/machine.ts";
import type { World, WorldCheck, WorldLink, WorldMachine, WorldRegion } from "../../contract/world.ts";
import { containerChecks } from "../model/container-checks.ts";
import { durationMs } from "../model/duration.ts";
import type { AppRecord, MachineRecord, PlanetRecord } from "../model/records.ts";
import { servicesOf, staticsOf } from "./world-services.ts";
import { allotDoors, type ServiceDoor, worldDoors } from "./doors.ts";
import { blockOf, machineAddresses, regionAddresses } from "../topology/address-plan.ts";

export interface WorldInput {
  readonly version: number;
  readonly planet: PlanetRecord;
  readonly activeRegions: readonly string[];
  readonly apps: readonly AppRecord[];
  readonly organizations?: NonNullable<World["organizations"]>;
  readonly machines: readonly MachineRecord[];
  /** Slot of a region in the address plan. */
  readonly slotOf: (region: string) => number;
  readonly rttMs: (a: string, b: string) => number;
  readonly hostnames?: readonly {
    readonly app: string;
    readonly hostname: string;
    readonly updatedAt: string;
  }[];
  readonly tlsPort?: number;
  readonly autostopPeriodMs?: number | undefined;
  /** The address that each app is reached at from outside, by app. */
  readonly publicAddresses?: ReadonlyMap<string, string>;
  /** Flycast addresses, by app. */
  readonly flycast?: ReadonlyMap<string, readonly string[]>;
  /** Ports of the host that are left to services, and what each of them has led to so far. */
  readonly servicePorts?: readonly number[];
  readonly previousDoors?: readonly ServiceDoor[];
}

const SECOND_MS = 1_000;

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function checkOf(name: string, check: CheckConfig, port: number, gatesRouting: boolean): WorldCheck {
  const interval = durationMs(check.interval) ?? 15 * SECOND_MS;
  const timeout = durationMs(check.timeout) ?? 2 * SECOND_MS;
  const headers = Object.fromEntries(
    (check.headers ?? []).map(({ name: header, values }) => [header, values.join(", ")]),
  );
  return {
    name,
    type: check.type === "http" ? "http" : "tcp",
    port,
    // The platform clamps service checks to 1 s – 60 s.
    intervalMs: clamp(interval, SECOND_MS, 60 * SECOND_MS),
    timeoutMs: clamp(timeout, SECOND_MS, 60 * SECOND_MS),
    gracePeriodMs: durationMs(check.grace_period) ?? SECOND_MS,
    ...(check.type === "http" ? { method: check.method ?? "GET", path: check.path ?? "/", headers } : {}),
    ...(check.type === "http" && check.protocol === "https" ? { tls: tlsOf(check) } : {}),
    gatesRouting,
  };
}

function tlsOf(check: Pick<CheckConfig, "tls_server_name" | "tls_skip_verify">): NonNullable<WorldCheck["tls"]> {
  const { tls_server_name: serverName = "", tls_skip_verify: skipVerify = false } = check;
  return { ...(serverName === "" ? {} : { serverName }), skipVerify };
}

/** The checks of a machine under the names the platform gives them: servicecheck-NN-TYPE-PORT, and the top-level ones' own. */
export function machineChecks(machine: MachineRecord): WorldCheck[] {
  const checks: WorldCheck[] = [];
  for (const service of machine.config.services ?? []) {
    for (const check of service.checks ?? []) {
      const port = check.port ?? service.internal_port;
      const name = `servicecheck-${String(checks.length).padStart(2, "0")}-${check.type ?? "tcp"}-${port}`;
      checks.push(checkOf(name, check, port, true));
    }
  }
  for (const [name, check] of Object.entries(machine.config.checks ?? {})) {
    const port = check.port ?? machine.config.services?.[0]?.internal_port;
    if (port !== undefined && check.type !== "exec")
      checks.push(checkOf(name, check, port, check.kind === "readiness"));
  }
  for (const check of containerChecks(machine.config)) {
    const { name, config, intervalMs, timeoutMs, gracePeriodMs, successThreshold, failureThreshold } = check;
    const port = config.http?.port ?? config.tcp?.port;
    if (port === undefined) continue;
    const { scheme: protocol, headers = [], ...http } = config.http ?? {};
    const type = config.http === undefined ? "tcp" : "http";
    const written = headers.map((header) => ({ name: header.name, values: header.values ?? [] }));
    checks.push({
      ...checkOf(name, { ...http, type, protocol, headers: written }, port, config.kind === "readiness"),
      ...{ intervalMs, timeoutMs, gracePeriodMs, successThreshold, failureThreshold },
    });
  }
  return checks;
}

function machineOf(input: WorldInput, machine: MachineRecord): WorldMachine {
  const primaryRegion = machine.config.env?.["PRIMARY_REGION"];
  const statics = staticsOf(machine.config);
  return {
    id: machine.id,
    app: machine.app,
    region: machine.region,
    instanceId: machine.instanceId,
    processGroup: machine.config.metadata?.fly_process_group ?? "app",
    ...machineAddresses(input.planet.block, input.slotOf(machine.region), machine.number),
    started: machine.state === "started",
    state: machine.state,
    // The record's last change is the stop itself.
    ...(machine.state === "stopped" ? { stoppedAtMs: Date.parse(machine.updatedAt) } : {}),
    ...(primaryRegion === undefined ? {} : { primaryRegion }),
    ...(statics.length === 0 ? {} : { statics }),
    cordoned: machine.cordoned,
    services: servicesOf(machine.config),
    checks: machineChecks(machine),
  };
}

function regionOf(input: WorldInput, code: string): WorldRegion {
  const slot = input.slotOf(code);
  const { subnet4, subnet6, wan4, wan6, edge4, edge6 } = regionAddresses(input.planet.block, slot);
  return { code, slot, subnet4, subnet6, wan4, wan6, edge4, edge6 };
}

function presentMachines({ machines }: Pick<WorldInput, "machines">): MachineRecord[] {
  return machines.filter(({ state }) => state !== "destroyed");
}

/** The services that clients reach by a port alone, and what port of the host leads to each. */
export function serviceDoors(input: Pick<WorldInput, "machines" | "servicePorts" | "previousDoors">): ServiceDoor[] {
  const machines = presentMachines(input).map(({ app, config }) => ({ app, services: servicesOf(config) }));
  return allotDoors(machines, input.servicePorts ?? [], input.previousDoors ?? []);
}

/** The whole world of a planet at this moment. Machines appear while they are not destroyed. */
export function viewWorld(input: WorldInput): World {
  const links: WorldLink[] = input.activeRegions.flatMap((a, index) =>
    input.activeRegions.slice(index + 1).map((b) => ({ a, b, rttMs: input.rttMs(a, b) })),
  );
  const machines = presentMachines(input).map((machine) => machineOf(input, machine));
  const pool = input.servicePorts ?? [];
  return {
    version: input.version,
    planet: input.planet.name,
    home: input.planet.home,
    block: blockOf(input.planet.block),
    regions: input.activeRegions.map((code) => regionOf(input, code)),
    links,
    apps: input.apps.map(({ name, organization, network }) => {
      const flycast = input.flycast?.get(name) ?? [];
      const publicAddress = input.publicAddresses?.get(name);
      return {
        ...{ name, organization, network },
        ...(publicAddress === undefined ? {} : { publicAddress }),
        ...(flycast.length === 0 ? {} : { flycast: [...flycast] }),
      };
    }),
    ...(input.organizations === undefined ? {} : { organizations: input.organizations }),
    machines,
    ...(pool.length === 0 ? {} : { doors: worldDoors(serviceDoors(input), pool) }),
    hostnames: (input.hostnames ?? []).map(({ hostname, app, updatedAt }) => ({
      ...{ name: hostname, app, version: updatedAt },
    })),
    ...(input.tlsPort === undefined ? {} : { tlsPort: input.tlsPort }),
    ...(input.autostopPeriodMs === undefined ? {} : { autostopPeriodMs: input.autostopPeriodMs }),
  };
}

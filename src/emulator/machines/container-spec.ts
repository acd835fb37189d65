// Pure: the containers that a machine is. Unprivileged, on its region's network only, with the platform's environment.
import { machineAddresses, regionAddresses } from "../topology/address-plan.ts";
import type { MachineRecord, PlanetRecord } from "../model/records.ts";
import type { Attachment, ContainerSpec, Limits } from "../runtime/container-runtime.ts";
import { LABEL, names, planetLabels } from "../runtime/labels.ts";
import { machineEnvironment } from "./environment.ts";
import type { MachineProgram } from "./programs.ts";

/** The platform's period. */
const PERIOD_US = 80_000;
const DEFAULT_MEMORY_MB = 256;
/** Processes and threads of a machine: far more than programs need, and far fewer than would hurt the other machines. */
const MAX_PROCESSES = 2_048;

/** A machine's memory in MB. */
export function memoryMb(machine: MachineRecord): number {
  return machine.config.guest?.memory_mb ?? DEFAULT_MEMORY_MB;
}

/** How many vCPUs a machine has. */
export function vcpusOf({ config }: Pick<MachineRecord, "config">): number {
  return Math.max(1, config.guest?.cpus ?? 1);
}

/** CPU time per period: that share of each vCPU. */
export function cpuLimit(vcpus: number, share: number): NonNullable<Limits["cpu"]> {
  return { periodUs: PERIOD_US, quotaUs: Math.round(vcpus * share * PERIOD_US) };
}

/** What a machine may use. */
export function machineLimits(machine: MachineRecord): Limits {
  const swapMb = machine.config.init?.swap_size_mb;
  return {
    memoryMb: machine.memoryLimitMb ?? memoryMb(machine),
    ...(swapMb === undefined ? {} : { swapMb }),
    // Whole vCPUs at first: shared ones begin with a balance for bursts.
    cpu: cpuLimit(vcpusOf(machine), 1),
    pids: MAX_PROCESSES,
  };
}

/** Signal of a stop: SIGINT unless the machine says otherwise. */
export function stopSignal({ stop }: Pick<MachineProgram, "stop">): string {
  const signal = stop?.signal ?? "SIGINT";
  return signal.startsWith("SIG") ? signal : `SIG${signal}`;
}

/** The machine, and where it is. */
export interface Place {
  readonly planet: PlanetRecord;
  readonly slot: number;
  readonly machine: MachineRecord;
}

function labelsOf({ planet, machine }: Place, component: "machine" | "anchor"): Record<string, string> {
  return planetLabels(planet.name, component, {
    [LABEL.region]: machine.region,
    [LABEL.app]: machine.app,
    [LABEL.machine]: machine.id,
  });
}

/** Where it is on its region's network. */
export function machineAttachment({ planet, slot, machine }: Place): Attachment {
  const { address4, address6 } = machineAddresses(planet.block, slot, machine.number);
  return { network: names.regionNetwork(planet.name, machine.region), address4, address6 };
}

function networkOf(place: Place): Pick<ContainerSpec, "networks" | "hostname" | "dnsServers" | "extraHosts"> {
  const { planet, slot, machine } = place;
  const { address4, address6 } = machineAddresses(planet.block, slot, machine.number);
  return {
    networks: [machineAttachment(place)],
    hostname: machine.id,
    dnsServers: [regionAddresses(planet.block, slot).wan4],
    // The second one is where programs listen for datagrams from outside (PH-11).
    extraHosts: [`fly-local-6pn:${address6}`, `fly-global-services:${address4}`],
  };
}

/**
 * The container of one program of a machine's present instance, without its secrets.
 * @param joins the container whose network it uses; absent: it has its own
 */
export function programContainerSpec(place: Place, program: MachineProgram, joins?: string): ContainerSpec {
  const { planet, slot, machine } = place;
  const { address6 } = machineAddresses(planet.block, slot, machine.number);
  const base = names.machine(planet.name, machine.id, machine.instanceId);
  const { entrypoint, command, user, name } = program;
  const mounts = (machine.config.mounts ?? []).flatMap(({ volume, path }) =>
    volume === undefined ? [] : [{ volume: names.volume(planet.name, volume), target: path }],
  );
  return {
    name: name === undefined ? base : `${base}-${name}`,
    image: program.image,
    labels: {
      ...labelsOf(place, "machine"),
      [LABEL.instance]: machine.instanceId,
      ...(name === undefined ? {} : { [LABEL.container]: name }),
    },
    ...(joins === undefined ? networkOf(place) : { networks: [], networkOf: joins }),
    env: machineEnvironment({ machine, program, address6, memoryMb: memoryMb(machine) }),
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(command === undefined ? {} : { command }),
    ...(user === undefined ? {} : { user }),
    ...(program.tty ? { tty: true } : {}),
    ...(mounts.length === 0 ? {} : { mounts }),
    limits: machineLimits(machine),
    stopSignal: stopSignal(program),
    init: true,
  };
}

/**
 * The container that holds a machine's network while programs come and go: what shares a network loses it when the one it
 * belongs to ends. It is the machine's for as long as that runs, whatever instance it was made in.
 * @param image one that has sleep
 */
export function anchorSpec(place: Place, image: string): ContainerSpec {
  const { planet, machine } = place;
  return {
    name: names.machineNetwork(planet.name, machine.id),
    image,
    labels: labelsOf(place, "anchor"),
    ...networkOf(place),
    // A program that was replaced leaves nothing behind that could keep the next one from its port.
    sysctls: { "net.ipv4.tcp_max_tw_buckets": "0" },
    entrypoint: ["sleep", "infinity"],
    limits: { memoryMb: 16, pids: 16 },
    stopSignal: "SIGKILL",
  };
}

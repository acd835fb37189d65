// Pure: the container that a machine is. Unprivileged, on its region's network only, with the platform's environment.
import { machineAddresses, regionAddresses } from "../topology/address-plan.ts";
import type { MachineRecord, PlanetRecord } from "../model/records.ts";
import type { ContainerSpec } from "../runtime/container-runtime.ts";
import { LABEL, names, planetLabels } from "../runtime/labels.ts";

/** Share of a CPU that a shared vCPU is guaranteed on the platform: 5 ms of each 80 ms. */
const SHARED_QUOTA_US = 5_000;
/** What a shared vCPU may use in bursts: the planet lets it burst all the time, see docs/fidelity.md. */
const VCPU_QUOTA_US = 80_000;
const PERIOD_US = 80_000;
const DEFAULT_MEMORY_MB = 256;

/** The variables that the platform sets in every machine; the app's own come in between, and FLY_ names cannot be overridden. */
export function machineEnvironment(machine: MachineRecord, address6: string): Record<string, string> {
  return {
    ...machine.config.env,
    FLY_APP_NAME: machine.app,
    FLY_MACHINE_ID: machine.id,
    FLY_ALLOC_ID: machine.id,
    FLY_REGION: machine.region,
    FLY_PUBLIC_IP: address6,
    FLY_PRIVATE_IP: address6,
    FLY_IMAGE_REF: machine.config.image,
    FLY_MACHINE_VERSION: machine.instanceId,
    FLY_PROCESS_GROUP: machine.config.env?.FLY_PROCESS_GROUP ?? machine.config.metadata?.fly_process_group ?? "app",
    FLY_VM_MEMORY_MB: String(memoryMb(machine)),
  };
}

function memoryMb(machine: MachineRecord): number {
  return machine.config.guest?.memory_mb ?? DEFAULT_MEMORY_MB;
}

/** CPU quota per 80 ms period: performance vCPUs whole, shared ones in their burst. */
export function cpuQuotaUs(cpus: number): number {
  return Math.max(SHARED_QUOTA_US, cpus * VCPU_QUOTA_US);
}

/** Signal and grace period of a stop: SIGINT and 5 s unless the machine says otherwise. */
export function stopSignal(machine: MachineRecord): string {
  return machine.config.stop_config?.signal ?? "SIGINT";
}

/** The container of a machine's present instance. */
export function machineContainerSpec(planet: PlanetRecord, slot: number, machine: MachineRecord): ContainerSpec {
  const { address4, address6 } = machineAddresses(planet.block, slot, machine.number);
  const region = regionAddresses(planet.block, slot);
  const { init } = machine.config;
  const entrypoint = init?.exec ?? init?.entrypoint;
  const command = init?.exec === undefined ? init?.cmd : [];
  return {
    name: names.machine(planet.name, machine.id, machine.instanceId),
    image: machine.config.image,
    labels: planetLabels(planet.name, "machine", {
      [LABEL.region]: machine.region,
      [LABEL.app]: machine.app,
      [LABEL.machine]: machine.id,
      [LABEL.instance]: machine.instanceId,
    }),
    networks: [{ network: names.regionNetwork(planet.name, machine.region), address4, address6 }],
    hostname: machine.id,
    env: machineEnvironment(machine, address6),
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(command === undefined ? {} : { command }),
    limits: {
      memoryMb: memoryMb(machine),
      cpu: { periodUs: PERIOD_US, quotaUs: cpuQuotaUs(machine.config.guest?.cpus ?? 1) },
    },
    stopSignal: stopSignal(machine),
    dnsServers: [region.wan4],
    extraHosts: [`fly-local-6pn:${address6}`],
    init: true,
  };
}

// Machines, volumes and wishes for tests of the planner.
import type { Machine, MachineConfig } from "../../../../../src/contract/machine.ts";
import type {
  GroupWish,
  PlanInput,
  PlanOptions,
  PlanVolume,
} from "../../../../../src/operations/deploy/plan/plan-types.ts";

export const SERVICE = { protocol: "tcp" as const, internal_port: 8080, ports: [{ port: 80, handlers: ["http"] }] };
export const CHECKED = { ...SERVICE, checks: [{ type: "tcp", interval: "1s" }] };

export function aConfig(change: Partial<MachineConfig> = {}, group = "app"): MachineConfig {
  return {
    image: "v1",
    guest: { cpu_kind: "shared", cpus: 1, memory_mb: 256 },
    ...change,
    metadata: { fly_platform_version: "v2", fly_process_group: group, ...change.metadata },
  };
}

export function aMachine(id: string, change: Partial<Machine> = {}, group = "app"): Machine {
  return {
    id,
    name: id,
    state: "started",
    region: "iad",
    instance_id: `I-${id}`,
    private_ip: "fdaa::1",
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    events: [],
    host_status: "ok",
    ...change,
    config: change.config ?? aConfig({}, group),
  };
}

export function aVolume(id: string, change: Partial<PlanVolume> = {}): PlanVolume {
  return { id, name: "data", region: "iad", sizeGb: 1, reachable: true, ...change };
}

export function aWish(change: Partial<Omit<GroupWish, "config">> = {}, config: Partial<MachineConfig> = {}): GroupWish {
  const name = change.name ?? "app";
  return { name, sizeGiven: false, mounts: [], ...change, config: aConfig({ image: "v2", ...config }, name) };
}

/** The configuration of a machine that has this volume. */
export const mounted = (volume: string, name?: string, path = "/data"): MachineConfig =>
  aConfig({ mounts: [{ volume, path, ...(name === undefined ? {} : { name }) }] });

export const DATA = { name: "data", path: "/data", options: {} };

export function anInput(
  change: Partial<Omit<PlanInput, "options">> = {},
  options: Partial<PlanOptions> = {},
): PlanInput {
  return {
    app: "shop",
    image: "v2",
    machines: [],
    volumes: [],
    groups: [aWish()],
    release: 0,
    waitTimeoutMs: 300_000,
    ...change,
    options: {
      primaryRegion: "iad",
      regions: [],
      regionsDeclared: false,
      strategy: "rolling",
      maxUnavailable: 0.33,
      ha: false,
      updateOnly: false,
      force: false,
      excludeRegions: [],
      onlyMachines: [],
      excludeMachines: [],
      processGroups: [],
      ...options,
    },
  };
}

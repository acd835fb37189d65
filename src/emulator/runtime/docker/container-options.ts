// Pure: the engine's form of a container, and what may be said of every container Hangar makes: no privileges gained,
// loopback-only ports, bounded logs, no health check of the image's (the platform has its own).
import type { ContainerCreateOptions, HostConfig } from "dockerode";
import type { ContainerSpec, Limits } from "../container-spec.ts";
import { endpointConfig, NO_NETWORK } from "./networks.ts";

const BYTES_PER_MB = 1024 * 1024;
const LOG_CONFIG = { Type: "json-file", Config: { "max-size": "10m", "max-file": "2" } };

/** The engine's form of limits, for creation and for changes. */
export function limitOptions({ memoryMb, swapMb = 0, cpu, pids }: Limits): HostConfig {
  return {
    // the platform's machines have no swap unless they ask for it
    ...(memoryMb === undefined
      ? {}
      : { Memory: memoryMb * BYTES_PER_MB, MemorySwap: (memoryMb + swapMb) * BYTES_PER_MB }),
    ...(cpu === undefined ? {} : { CpuPeriod: cpu.periodUs, CpuQuota: cpu.quotaUs }),
    ...(pids === undefined ? {} : { PidsLimit: pids }),
  };
}

function memory(spec: ContainerSpec): HostConfig {
  return {
    ...limitOptions(spec.limits ?? {}),
    ...(spec.shmMb === undefined ? {} : { ShmSize: spec.shmMb * BYTES_PER_MB }),
    ...(spec.ulimits === undefined
      ? {}
      : { Ulimits: spec.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })) }),
    ...(spec.tmpfs === undefined
      ? {}
      : { Tmpfs: Object.fromEntries(spec.tmpfs.map((each) => [each.target, tmpfsOptions(each)])) }),
  };
}

function tmpfsOptions({ sizeMb, mode }: NonNullable<ContainerSpec["tmpfs"]>[number]): string {
  return [
    "rw",
    "nosuid",
    ...(sizeMb === undefined ? [] : [`size=${sizeMb}m`]),
    ...(mode === undefined ? [] : [`mode=${mode.toString(8)}`]),
  ].join(",");
}

function privileges(spec: ContainerSpec): HostConfig {
  return {
    Privileged: false,
    SecurityOpt: ["no-new-privileges:true"],
    ...(spec.netAdmin === true ? { CapAdd: ["NET_ADMIN"] } : {}),
    ...(spec.devices === undefined
      ? {}
      : {
          Devices: spec.devices.map((path) => ({ PathOnHost: path, PathInContainer: path, CgroupPermissions: "rwm" })),
        }),
    ...(spec.sysctls === undefined ? {} : { Sysctls: { ...spec.sysctls } }),
    ...(spec.readOnlyRoot === true ? { ReadonlyRootfs: true } : {}),
  };
}

function connectivity(spec: ContainerSpec): HostConfig {
  if (spec.networkOf !== undefined) return { NetworkMode: `container:${spec.networkOf}` };
  const ports = (spec.publish ?? []).map(
    ({ hostPort, containerPort, protocol = "tcp" }) =>
      [`${containerPort}/${protocol}`, [{ HostIp: "127.0.0.1", HostPort: String(hostPort) }]] as const,
  );
  return {
    NetworkMode: spec.networks[0]?.network ?? NO_NETWORK,
    ...(ports.length === 0
      ? {}
      : { PortBindings: Object.fromEntries(ports.map(([port, bindings]) => [port, [...bindings]])) }),
    ...(spec.dnsServers === undefined ? {} : { Dns: [...spec.dnsServers] }),
    ...(spec.extraHosts === undefined ? {} : { ExtraHosts: [...spec.extraHosts] }),
  };
}

function mounts(spec: ContainerSpec): HostConfig {
  if (spec.mounts === undefined) return {};
  return {
    Mounts: spec.mounts.map((mount) =>
      "volume" in mount
        ? { Type: "volume" as const, Source: mount.volume, Target: mount.target, ReadOnly: mount.readOnly === true }
        : { Type: "bind" as const, Source: mount.hostPath, Target: mount.target },
    ),
  };
}

/** What the engine is asked to create; networks after the first are attached by the caller (API 1.41 takes one). */
export function containerCreateOptions(spec: ContainerSpec): ContainerCreateOptions {
  const own = spec.networkOf === undefined;
  const first = own ? spec.networks[0] : undefined;
  return {
    name: spec.name,
    Image: spec.image,
    Labels: { ...spec.labels },
    Healthcheck: { Test: ["NONE"] },
    ...(spec.hostname === undefined || !own ? {} : { Hostname: spec.hostname }),
    ...(spec.env === undefined ? {} : { Env: Object.entries(spec.env).map(([key, value]) => `${key}=${value}`) }),
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: [...spec.entrypoint] }),
    ...(spec.command === undefined ? {} : { Cmd: [...spec.command] }),
    ...(spec.user === undefined && spec.group === undefined
      ? {}
      : { User: spec.group === undefined ? spec.user : `${spec.user ?? "0"}:${spec.group}` }),
    ...(spec.tty === undefined ? {} : { Tty: spec.tty }),
    ...(spec.stdin === true ? { OpenStdin: true, StdinOnce: true, AttachStdin: true } : {}),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
    ...(spec.stopSignal === undefined ? {} : { StopSignal: spec.stopSignal }),
    ...(spec.publish === undefined || !own
      ? {}
      : {
          ExposedPorts: Object.fromEntries(
            spec.publish.map(({ containerPort, protocol = "tcp" }) => [`${containerPort}/${protocol}`, {}]),
          ),
        }),
    HostConfig: {
      ...connectivity(spec),
      ...memory(spec),
      ...privileges(spec),
      ...mounts(spec),
      LogConfig: LOG_CONFIG,
      RestartPolicy: { Name: spec.restartAlways === true ? "always" : "no" },
      ...(spec.init === undefined ? {} : { Init: spec.init }),
    },
    ...(first === undefined
      ? {}
      : { NetworkingConfig: { EndpointsConfig: { [first.network]: endpointConfig(first) } } }),
  };
}

// Pure: the engine's form of a container, and what may be said of every container Hangar makes: no privileges gained,
// loopback-only ports, bounded logs, no health check of the image's (the platform has its own).
import type { ContainerCreateOptions, HostConfig } from "dockerode";
import type { ContainerSpec } from "../container-runtime.ts";
import { endpointConfig } from "./networks.ts";

const BYTES_PER_MB = 1024 * 1024;
const LOG_CONFIG = { Type: "json-file", Config: { "max-size": "10m", "max-file": "2" } };

function limits(spec: ContainerSpec): HostConfig {
  return {
    // the platform's machines have no swap unless they ask for it
    ...(spec.memoryMb === undefined
      ? {}
      : { Memory: spec.memoryMb * BYTES_PER_MB, MemorySwap: spec.memoryMb * BYTES_PER_MB }),
    ...(spec.cpu === undefined ? {} : { CpuPeriod: spec.cpu.periodUs, CpuQuota: spec.cpu.quotaUs }),
  };
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
  const ports = (spec.publish ?? []).map(
    ({ hostPort, containerPort }) =>
      [`${containerPort}/tcp`, [{ HostIp: "127.0.0.1", HostPort: String(hostPort) }]] as const,
  );
  return {
    NetworkMode: spec.networks[0]?.network ?? "none",
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
        ? { Type: "volume" as const, Source: mount.volume, Target: mount.target }
        : { Type: "bind" as const, Source: mount.hostPath, Target: mount.target },
    ),
  };
}

/** What the engine is asked to create; networks after the first are attached by the caller (API 1.41 takes one). */
export function containerCreateOptions(spec: ContainerSpec): ContainerCreateOptions {
  const first = spec.networks[0];
  return {
    name: spec.name,
    Image: spec.image,
    Labels: { ...spec.labels },
    Healthcheck: { Test: ["NONE"] },
    ...(spec.hostname === undefined ? {} : { Hostname: spec.hostname }),
    ...(spec.env === undefined ? {} : { Env: Object.entries(spec.env).map(([key, value]) => `${key}=${value}`) }),
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: [...spec.entrypoint] }),
    ...(spec.command === undefined ? {} : { Cmd: [...spec.command] }),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
    ...(spec.stopSignal === undefined ? {} : { StopSignal: spec.stopSignal }),
    ...(spec.publish === undefined
      ? {}
      : { ExposedPorts: Object.fromEntries(spec.publish.map(({ containerPort }) => [`${containerPort}/tcp`, {}])) }),
    HostConfig: {
      ...connectivity(spec),
      ...limits(spec),
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

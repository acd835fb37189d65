import { describe, expect, test } from "vitest";
import { containerCreateOptions } from "../../../../../src/emulator/runtime/docker/container-options.ts";
import { parseEvent } from "../../../../../src/emulator/runtime/docker/events.ts";
import { isTooOld } from "../../../../../src/emulator/runtime/docker/engine.ts";
import { networkCreateOptions } from "../../../../../src/emulator/runtime/docker/networks.ts";

const spec = { name: "c", image: "i", labels: { a: "b" }, networks: [] };

describe("container options", () => {
  test("give a plain container no privilege at all", () => {
    const { HostConfig } = containerCreateOptions(spec);
    expect(HostConfig).toEqual({
      NetworkMode: "none",
      Privileged: false,
      SecurityOpt: ["no-new-privileges:true"],
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "2" } },
      RestartPolicy: { Name: "no" },
    });
  });
  test("publish on loopback only", () => {
    const { HostConfig, ExposedPorts } = containerCreateOptions({
      ...spec,
      publish: [{ hostPort: 4280, containerPort: 80 }],
    });
    expect(HostConfig?.PortBindings).toEqual({ "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "4280" }] });
    expect(ExposedPorts).toEqual({ "80/tcp": {} });
  });
  test("limit memory without swap, and CPU", () => {
    expect(
      containerCreateOptions({
        ...spec,
        limits: { memoryMb: 256, cpu: { periodUs: 80_000, quotaUs: 5_000 }, pids: 100 },
      }).HostConfig,
    ).toMatchObject({
      Memory: 268_435_456,
      MemorySwap: 268_435_456,
      CpuPeriod: 80_000,
      CpuQuota: 5_000,
      PidsLimit: 100,
    });
    expect(containerCreateOptions({ ...spec, limits: { memoryMb: 1, swapMb: 2 } }).HostConfig).toMatchObject({
      Memory: 1_048_576,
      MemorySwap: 3_145_728,
    });
  });
  test("make folders in memory, limits of users, and groups", () => {
    const { HostConfig, User } = containerCreateOptions({
      ...spec,
      group: "app",
      shmMb: 16,
      tmpfs: [{ target: "/run/x", sizeMb: 4, mode: 0o700 }],
      ulimits: [{ name: "nofile", soft: 10, hard: 20 }],
    });
    expect(User).toBe("0:app");
    expect(HostConfig).toMatchObject({
      ShmSize: 16_777_216,
      Tmpfs: { "/run/x": "rw,nosuid,size=4m,mode=700" },
      Ulimits: [{ Name: "nofile", Soft: 10, Hard: 20 }],
    });
  });
  test("that share a network have none of their own, nor names or ports in it", () => {
    const options = containerCreateOptions({
      ...spec,
      networkOf: "other",
      hostname: "h",
      networks: [{ network: "n" }],
      dnsServers: ["198.18.0.1"],
      publish: [{ hostPort: 1, containerPort: 2 }],
    });
    expect(options.HostConfig?.NetworkMode).toBe("container:other");
    expect(options.HostConfig?.Dns).toBeUndefined();
    expect(options.NetworkingConfig).toBeUndefined();
    expect(options.ExposedPorts).toBeUndefined();
    expect(options.Hostname).toBeUndefined();
  });
  test("attach the first network only, at its addresses", () => {
    const { HostConfig, NetworkingConfig } = containerCreateOptions({
      ...spec,
      networks: [{ network: "n", address4: "198.18.0.2", address6: "fdaa::2" }, { network: "m" }],
    });
    expect(HostConfig?.NetworkMode).toBe("n");
    expect(NetworkingConfig?.EndpointsConfig).toEqual({
      n: { IPAMConfig: { IPv4Address: "198.18.0.2", IPv6Address: "fdaa::2" } },
    });
  });
});

test("a routed network names its default routes and both gateway modes; a plain one has none of it", () => {
  const base = { name: "n", labels: {}, subnet4: "198.18.0.0/24", bridge4: "198.18.0.1" };
  const routed = networkCreateOptions({
    ...base,
    gateway4: "198.18.0.254",
    subnet6: "fdaa::/64",
    bridge6: "fdaa::1",
    gateway6: "fdaa::fe",
    routed: true,
  });
  expect(routed.IPAM?.Config).toEqual([
    { Subnet: "198.18.0.0/24", Gateway: "198.18.0.1", AuxiliaryAddresses: { DefaultGatewayIPv4: "198.18.0.254" } },
    { Subnet: "fdaa::/64", Gateway: "fdaa::1", AuxiliaryAddresses: { DefaultGatewayIPv6: "fdaa::fe" } },
  ]);
  expect(routed).toMatchObject({
    EnableIPv6: true,
    Options: {
      "com.docker.network.bridge.gateway_mode_ipv4": "routed",
      "com.docker.network.bridge.gateway_mode_ipv6": "routed",
    },
  });
  const plain = networkCreateOptions({ ...base, routed: false });
  expect(plain).toMatchObject({
    EnableIPv6: false,
    IPAM: { Config: [{ Subnet: "198.18.0.0/24", Gateway: "198.18.0.1" }] },
  });
  expect(plain.Options).toBeUndefined();
});

test("events are read without what the engine mixes into their labels", () => {
  const line = JSON.stringify({
    Type: "container",
    Action: "die",
    Actor: { ID: "abc", Attributes: { "dev.hangar.app": "web", exitCode: "137", image: "i", name: "c" } },
    timeNano: 1_700_000_000_123_000_000,
  });
  expect(parseEvent(line)).toEqual({
    action: "die",
    containerId: "abc",
    labels: { "dev.hangar.app": "web" },
    exitCode: 137,
    timeMs: 1_700_000_000_123,
  });
  expect(parseEvent(JSON.stringify({ Action: "exec_create: sh", Actor: { ID: "abc" } }))).toBeUndefined();
});

test.each([
  ["1.40", true],
  ["1.41", false],
  ["1.51", false],
  ["2.0", false],
])("API %s: too old is %s", (version, tooOld) => {
  expect(isTooOld(version)).toBe(tooOld);
});

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { MachineConfigSchema } from "../../../src/contract/machine.ts";
import type { AppConfig } from "../../../src/project/app-config.ts";
import { toMachineConfig } from "../../../src/project/machine-config.ts";
import { parseAppConfig } from "../../../src/project/parse-app-config.ts";

function fixture(name: string): AppConfig {
  const file = path.join(import.meta.dirname, "../../fixtures/config", name);
  return configOf(readFileSync(file, "utf8"));
}

function configOf(text: string): AppConfig {
  const { config, problems } = parseAppConfig(text, "fly.toml");
  if (config === undefined) expect.unreachable(JSON.stringify(problems));
  return config;
}

describe("toMachineConfig", () => {
  test("PH-07: makes the whole configuration of a launched app", () => {
    const machine = toMachineConfig(fixture("valid-launch-default.toml"), "app", "example:1");
    expect(machine).toEqual({
      image: "example:1",
      env: { PRIMARY_REGION: "lhr", FLY_PROCESS_GROUP: "app" },
      metadata: { fly_process_group: "app", fly_platform_version: "v2" },
      guest: { cpu_kind: "shared", cpus: 1, memory_mb: 1_024 },
      init: {},
      services: [
        {
          protocol: "tcp",
          internal_port: 8_080,
          autostop: true,
          autostart: true,
          min_machines_running: 0,
          ports: [
            { port: 80, handlers: ["http"], force_https: true },
            { port: 443, handlers: ["http", "tls"] },
          ],
        },
      ],
    });
    expect(MachineConfigSchema.parse(machine)).toEqual(machine);
  });

  test("writes service checks with their defaults filled in", () => {
    const { services } = toMachineConfig(
      configOf(
        "[http_service]\ninternal_port = 1\n[[http_service.checks]]\n[[services]]\ninternal_port = 2\n[services.ports]\nport = 9\n[services.tcp_checks]\ngrace_period = '0s'\n",
      ),
      "app",
      "i",
    );
    const http = { type: "http", interval: "15s", timeout: "2s", grace_period: "1s", method: "GET", path: "/" };
    expect(services?.map((service) => service.checks)).toEqual([
      [http],
      [{ type: "tcp", interval: "15s", timeout: "2s", grace_period: "0s" }],
    ]);
    const slow = toMachineConfig(
      configOf("[http_service]\ninternal_port = 1\n[[http_service.checks]]\ninterval = '90s'\n"),
      "app",
      "i",
    );
    expect(slow.services?.[0]?.checks).toEqual([{ ...http, interval: "1m30s" }]);
  });

  test("gives each process group its command, services, size and restart policy", () => {
    const config = fixture("valid-process-groups.toml");
    const web = toMachineConfig(config, "web", "i");
    const feed = toMachineConfig(config, "feed", "i");
    expect(web.init).toEqual({ cmd: ["sh", "-c", "PROCESS_TYPE=web npm start"] });
    expect([web.services?.length, feed.services?.length]).toEqual([1, 0]);
    expect([web.guest, feed.guest]).toEqual([
      { cpu_kind: "shared", cpus: 1, memory_mb: 1_024 },
      { cpu_kind: "performance", cpus: 2, memory_mb: 4_096 },
    ]);
    // The section without processes is the default group's: "feed" comes first by name, and its own section comes last.
    expect([web.restart, feed.restart]).toEqual([undefined, { policy: "on-failure", max_retries: 3 }]);
  });

  test("keeps checks of their own apart, and gives one without a port that of the HTTP service", () => {
    expect(toMachineConfig(fixture("valid-checks-and-metrics.toml"), "app", "i").checks).toEqual({
      cluster: {
        type: "http",
        port: 5_500,
        interval: "15s",
        timeout: "10s",
        grace_period: "30s",
        method: "GET",
        path: "/check/cluster",
      },
      alive: { type: "tcp", port: 2_379, interval: "15s", timeout: "10s" },
    });
  });

  test("AS-11: passes UDP, port ranges and replaced start commands on", () => {
    const machine = toMachineConfig(fixture("valid-udp-and-entrypoint.toml"), "app", "i");
    expect(machine.services).toEqual([
      { protocol: "udp", internal_port: 5_000, autostart: true, ports: [{ port: 5_000 }] },
      { protocol: "tcp", internal_port: 5_001, autostart: true, ports: [{ start_port: 6_000, end_port: 6_010 }] },
    ]);
    expect(machine.init).toEqual({ cmd: ["start", "--verbose"], entrypoint: ["/entrypoint.sh"] });
  });

  test("writes how a machine is stopped, and nothing where the file says nothing", () => {
    expect(toMachineConfig(fixture("valid-http-checks-and-regions.toml"), "app", "i").stop_config).toEqual({
      signal: "SIGTERM",
      timeout: "30s",
    });
    expect(toMachineConfig(fixture("valid-minimal.toml"), "app", "i")).toEqual({
      image: "i",
      env: { FLY_PROCESS_GROUP: "app" },
      metadata: { fly_process_group: "app", fly_platform_version: "v2" },
      guest: { cpu_kind: "shared", cpus: 1, memory_mb: 256 },
      init: {},
      services: [],
    });
  });

  test.each([
    ["true", true],
    ["false", false],
    ['"off"', false],
    ['"stop"', true],
    ['"suspend"', "suspend"],
  ])("writes auto_stop_machines = %s as %j", (written, wire) => {
    const machine = toMachineConfig(
      configOf(`[http_service]\ninternal_port = 1\nauto_stop_machines = ${written}\n`),
      "app",
      "i",
    );
    expect(machine.services?.[0]?.autostop).toBe(wire);
  });
});

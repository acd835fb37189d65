import { describe, expect, test } from "vitest";
import { parseCompose } from "../../../src/project/compose.ts";
import { type MachineInputs, toMachineConfig } from "../../../src/project/machine-config.ts";
import { parseAppConfig } from "../../../src/project/parse-app-config.ts";

function machineOf(text: string, group = "app", inputs: MachineInputs = {}) {
  const { config, problems } = parseAppConfig(text, "fly.toml");
  if (config === undefined) expect.unreachable(JSON.stringify(problems));
  return toMachineConfig(config, group, "built", inputs);
}

describe("the machine's configuration", () => {
  test("has the volumes, with how they grow", () => {
    const text = `[mounts]
source = "data"
destination = "/data"
initial_size = "30gb"
auto_extend_size_threshold = 80
auto_extend_size_increment = "1GB"
auto_extend_size_limit = "20GB"
`;
    expect(machineOf(text)["mounts"]).toEqual([
      { name: "data", path: "/data", extend_threshold_percent: 80, add_size_gb: 1, size_gb_limit: 20 },
    ]);
  });

  test("has files from the project, from secrets and as written, for the groups that are named", () => {
    const text = `[processes]
web = ""
worker = ""
[[files]]
guest_path = "/a"
local_path = "a.txt"
secret_name = "IGNORED"
[[files]]
guest_path = "/b"
secret_name = "B"
[[files]]
guest_path = "/c"
raw_value = "Yw=="
processes = ["worker"]
`;
    const inputs = { files: new Map([["a.txt", "YQ=="]]) };
    const all = [
      { guest_path: "/a", raw_value: "YQ==" },
      { guest_path: "/b", secret_name: "B" },
    ];
    expect(machineOf(text, "web", inputs)["files"]).toEqual(all);
    expect(machineOf(text, "worker", inputs)["files"]).toEqual([...all, { guest_path: "/c", raw_value: "Yw==" }]);
  });

  test("has statics with all four keys, and the group's first metrics, also from their older place", () => {
    const statics = machineOf('[[statics]]\nguest_path = "/a"\nurl_prefix = "/b"\n')["statics"];
    expect(statics).toEqual([{ guest_path: "/a", url_prefix: "/b", tigris_bucket: "", index_document: "" }]);
    const metrics = machineOf('[[metrics]]\nport = 1\npath = "/a"\nhttps = true\n[[metrics]]\nport = 2\n')["metrics"];
    expect(metrics).toEqual({ port: 1, path: "/a", https: true });
    expect(machineOf("[experimental]\nmetrics_port = 9\n")["metrics"]).toEqual({ port: 9 });
  });

  test("has everything that a size can say", () => {
    const text = `host_dedication_id = "all"
[[vm]]
size = "performance-2x"
memory = "0.5gb"
persist_rootfs = 3
kernel_args = ["quiet"]
max_memory_mb = 8192
`;
    expect(machineOf(text).guest).toEqual({
      cpu_kind: "performance",
      cpus: 2,
      memory_mb: 512,
      max_memory_mb: 8_192,
      host_dedication_id: "all",
      kernel_args: ["quiet"],
      persist_rootfs: "always",
    });
  });

  test("lies over the base that machine_config gives", () => {
    const base = {
      init: { tty: true, swap_size_mb: 1 },
      guest: { cpus: 8 },
      metadata: { mine: "1" },
      schedule: "daily",
    };
    expect(machineOf("swap_size_mb = 512\n", "app", { base })).toMatchObject({
      init: { tty: true, swap_size_mb: 512 },
      guest: { cpus: 8 },
      metadata: { mine: "1", fly_process_group: "app" },
      schedule: "daily",
    });
  });

  test("has the containers of a Compose file in the place of services", () => {
    const containers = parseCompose(
      "services:\n  db:\n    image: redis\n    environment: [A=1]\n  web:\n    build: .\n    command: run 'a b'\n    depends_on:\n      db: {condition: service_healthy}\n",
      "compose.yaml",
    );
    const machine = machineOf("[http_service]\ninternal_port = 1\n", "app", { containers });
    expect(machine.services).toEqual([]);
    expect(machine["containers"]).toEqual([
      { name: "db", image: "redis", env: { A: "1" } },
      { name: "web", image: "built", cmd: ["run", "a b"], depends_on: [{ name: "db", condition: "healthy" }] },
    ]);
    expect(() => parseCompose("services:\n  a: {build: .}\n  b: {build: .}\n", "compose.yaml")).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });

  test("has all options of a port as they are written", () => {
    const text = `[[services]]
internal_port = "80"
concurrency = "12,23"
[services.ports]
port = "443"
handlers = ["tls"]
[services.ports.tls_options]
alpn = ["h2"]
[services.ports.proxy_proto_options]
version = "v2"
[services.ports.http_options.response.headers]
x-a = false
x-b = ["1", "2"]
`;
    expect(machineOf(text).services).toMatchObject([
      {
        internal_port: 80,
        concurrency: { type: "requests", soft_limit: 12, hard_limit: 23 },
        ports: [
          {
            port: 443,
            handlers: ["tls"],
            tls_options: { alpn: ["h2"] },
            proxy_proto_options: { version: "v2" },
            http_options: { response: { headers: { "x-a": false, "x-b": ["1", "2"] } } },
          },
        ],
      },
    ]);
  });
});

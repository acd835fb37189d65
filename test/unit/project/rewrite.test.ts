import { describe, expect, it } from "vitest";
import { parseAppConfig } from "../../../src/project/parse-app-config.ts";
import { renderDiff, rewriteConfig } from "../../../src/project/rewrite.ts";
import type { Table } from "../../../src/project/values.ts";

const TOML = `# of the team
app = "x"

# the site
[[services]] # first
  internal_port = 8080 # as in the Dockerfile
  protocol = "tcp"

  # for people
  [[services.ports]]
    port = 80 # http
    handlers = ["http"]

  [[services.ports]]
    port = 443
    handlers = ["tls", "http"]

  [[services.tcp_checks]]
    interval = "10s" # often

# the admin's page
[[services]]
  internal_port = 9000
  protocol = "tcp"

  [[services.ports]]
    port = 9000

# settings
[env]
  A = "1" # a
`;
const YAML = `# of the team
app: x
# the site
http_service:
  # as in the Dockerfile
  internal_port: 8080
env:
  A: "1" # a
`;

interface Service extends Table {
  internal_port?: number;
  ports: Record<string, unknown>[];
  [key: string]: unknown;
}

function servicesOf(text: string, file = "fly.toml"): Service[] {
  return structuredClone(rawOf(text, file)["services"]) as Service[];
}

function rawOf(text: string, file = "fly.toml"): Table {
  return parseAppConfig(text, file).config?.raw ?? {};
}

/** The lines that went and those that came. */
function changedLines(change: (services: Service[]) => void): string[] {
  const services = servicesOf(TOML);
  change(services);
  const after = rewriteConfig(TOML, "fly.toml", rawOf(TOML), { services });
  expect(rawOf(after)).toEqual({ ...rawOf(TOML), services });
  return renderDiff("fly.toml", TOML, after)
    .split("\n")
    .filter((line) => /^[-+](?![-+])/u.test(line) && line.length > 1);
}

describe("rewriteConfig in TOML with lists of tables within each other", () => {
  it("changes one value", () => {
    const lines = changedLines((services) => void (services[0]!.internal_port = 8081));
    expect(lines).toEqual([
      "-  internal_port = 8080 # as in the Dockerfile",
      "+  internal_port = 8081 # as in the Dockerfile",
    ]);
  });

  it("adds a key to the table that has tables of its own", () => {
    const lines = changedLines((services) => void (services[0]!["auto_stop_machines"] = "stop"));
    expect(lines).toEqual(['+  auto_stop_machines = "stop"']);
  });

  it("adds a table to the second of them", () => {
    const lines = changedLines((services) => void (services[1]!["concurrency"] = { type: "requests" }));
    expect(lines).toEqual(["+  [services.concurrency]", '+  type = "requests"']);
  });

  it("adds a list of tables to the second of them", () => {
    const lines = changedLines((services) => void (services[1]!["tcp_checks"] = [{ interval: "3s" }]));
    expect(lines).toEqual(["+  [[services.tcp_checks]]", '+  interval = "3s"']);
  });

  it("takes out the first with its comment and leaves that of the next", () => {
    const lines = changedLines((services) => void services.shift());
    expect(lines[0]).toBe("-# the site");
    expect(lines.every((line) => line.startsWith("-"))).toBe(true);
    expect(lines).not.toContain("-# the admin's page");
  });

  it("takes out the last", () => {
    const lines = changedLines((services) => void services.pop());
    expect(lines).toEqual([
      "-# the admin's page",
      "-[[services]]",
      "-  internal_port = 9000",
      '-  protocol = "tcp"',
      "-  [[services.ports]]",
      "-    port = 9000",
    ]);
  });

  it("takes out an inner one", () => {
    const lines = changedLines((services) => void services[0]!.ports.shift());
    expect(lines).toContain("-    port = 80 # http");
    expect(lines.filter((line) => line.startsWith("+"))).toEqual([]);
  });

  it("adds another service and keeps every comment", () => {
    const lines = changedLines((services) => void services.push({ internal_port: 1, ports: [{ port: 1 }] }));
    expect(lines.filter((line) => line.startsWith("-"))).toEqual([]);
  });
});

describe("rewriteConfig in TOML", () => {
  it("indents the keys that come instead of others like those", () => {
    const text = '# sizes\n[[vm]]\n  size = "shared-cpu-1x"\n';
    const after = rewriteConfig(text, "fly.toml", rawOf(text), { vm: [{ cpus: 1, memory: "512mb" }] });
    expect(after).toBe('# sizes\n[[vm]]\n  cpus = 1\n  memory = "512mb"\n');
  });
});

describe("rewriteConfig in other formats", () => {
  it("keeps the comments of a section of YAML", () => {
    const changes = { http_service: { internal_port: 8081, force_https: true }, env: { A: "2" } };
    const after = rewriteConfig(YAML, "fly.yaml", rawOf(YAML, "fly.yaml"), changes);
    expect(after).toBe(YAML.replace("8080\n", "8081\n  force_https: true\n").replace('A: "1"', 'A: "2"'));
  });

  it("keeps the order and the indentation of JSON", () => {
    const text = '{\n    "app": "x",\n    "env": { "B": "1", "A": "2" }\n}\n';
    const after = rewriteConfig(text, "fly.json", rawOf(text, "fly.json"), { env: { A: "3", B: "1" } });
    expect(after).toBe('{\n    "app": "x",\n    "env": {\n        "B": "1",\n        "A": "3"\n    }\n}\n');
  });
});

import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parseAppConfig } from "../../../src/project/parse-app-config.ts";
import { renderProblem } from "../../../src/project/problem.ts";

const FIXTURES = path.join(import.meta.dirname, "../../fixtures/config");
const read = (name: string) => readFileSync(path.join(FIXTURES, name), "utf8");
const parse = (text: string) => parseAppConfig(text, "fly.toml");
const messages = (text: string) =>
  parse(text).problems.map((problem) => `${problem.severity} ${problem.key} ${problem.line}`);

describe("parseAppConfig", () => {
  test.each(globSync("valid-*.toml", { cwd: FIXTURES }).toSorted())("%s has no errors", (name) => {
    const { config, problems } = parse(read(name));
    expect(problems.filter((problem) => problem.severity === "error")).toEqual([]);
    expect(config?.app).toBe("example");
  });

  test("reads values, aliases and units as the platform's own tool does", () => {
    const { config } = parse(read("valid-http-checks-and-regions.toml"));
    expect(config).toMatchObject({
      killTimeoutMs: 30_000,
      build: {
        dockerfile: "deploy/Dockerfile",
        target: "production",
        ignorefile: "deploy/.dockerignore",
        args: { NODE_VERSION: "24" },
      },
      env: { PORT: "3000", RATIO: "1.5", DEBUG: "false" },
      regions: ["iad", "ams", "nrt"],
      services: [
        {
          origin: "http_service",
          autostop: "suspend",
          minMachinesRunning: 1,
          concurrency: { type: "requests", softLimit: 200, hardLimit: 250 },
        },
      ],
    });
    expect(config?.services[0]?.checks).toMatchObject([
      {
        gracePeriodMs: 10_000,
        intervalMs: 30_000,
        path: "/health",
        headers: [{ name: "X-Forwarded-Proto", value: "https" }],
      },
    ]);
  });

  test("reads numbers as milliseconds in the checks of [[services]], and ports given as text", () => {
    const { config } = parse(read("valid-services-old-style.toml"));
    expect(config?.services[0]).toMatchObject({
      ports: [{ port: 80 }, { port: 443 }],
      checks: [{ type: "tcp", intervalMs: 15_000 }],
    });
  });

  test("warns of numbers that are read as nanoseconds", () => {
    const { config, problems } = parse("[deploy]\nwait_timeout = 300\n");
    expect(config?.deploy.waitTimeoutMs).toBeCloseTo(0.0003);
    expect(problems).toMatchObject([{ severity: "warning", key: "deploy.wait_timeout", line: 2 }]);
  });

  test("takes one table where an array of tables is meant", () => {
    const { config } = parse(read("valid-singular-tables.toml"));
    expect(config).toMatchObject({
      vm: [{ cpus: 2, memoryMb: 4_096 }],
      mounts: [{ source: "data", initialSizeGb: 200 }],
      services: [
        { internalPort: 8_686, concurrency: { type: "requests", softLimit: 12, hardLimit: 23 }, ports: [{ port: 80 }] },
      ],
    });
  });

  test("leaves out what empty forms say, with a warning where it looks like a service", () => {
    const { config, problems } = parse(read("valid-empty-forms.toml"));
    expect(config?.services.map((service) => service.origin)).toEqual(["http_service"]);
    expect(config?.env).toEqual({ FIRST: "1", SECOND: "two" });
    expect(problems.map((problem) => problem.severity)).toEqual(["warning"]);
  });

  test("assumes port 8080 for a public service that names none, and says so", () => {
    const { config, problems } = parse("[[services]]\n[[services.ports]]\nport = 443\n");
    expect(config?.services[0]?.internalPort).toBe(8_080);
    expect(problems).toMatchObject([{ severity: "warning", key: "services[0]" }]);
  });

  test("finds all bad values at once, in the order of the file", () => {
    const { config, problems } = parse(read("invalid-many.toml"));
    expect(config).toBeUndefined();
    expect(problems.map((problem) => [problem.line, problem.key, problem.severity])).toEqual([
      [2, "kill_timeout", "error"],
      [5, "http_service.internal_port", "error"],
      [6, "http_service.auto_stop_machines", "error"],
      [9, "deploy.strategy", "error"],
      [10, "deploy.wait_timeout", "warning"],
      [16, "vm[1].memory", "error"],
      [19, "processes.web", "error"],
    ]);
  });

  test.each([
    ["[processes]\nweb = 'a'\nwork = 'b'\n[http_service]\ninternal_port = 1\n", ["error http_service 4"]],
    [
      "[processes]\nweb = 'a'\n[http_service]\ninternal_port = 1\nprocesses = ['app']\n",
      ["error http_service.processes 5"],
    ],
    ["[checks.a]\nport = 1\n", ["error checks.a 1"]],
    ["[checks.a]\ntype = 'tcp'\nport = 1\ninterval = '1s'\n", ["error checks.a.interval 4"]],
    ["[deploy]\nstrategy = 'canary'\n[mounts]\nsource = 'a'\ndestination = '/a'\n", ["error deploy.strategy 2"]],
    ["[vm]\nsize = 'huge'\n", ["error vm.size 2"]],
    ["[[restart]]\npolicy = 'sometimes'\n", ["error restart[0].policy 2"]],
    ["env = 3\n", ["error env 1"]],
    ["[env]\nA = { b = 1 }\n", ["error env.A 2"]],
    ["http_service = 3\n", ["error http_service 1"]],
    ["[[services]]\ninternal_port = 70000\n[[services.ports]]\nport = 80\n", ["error services[0].internal_port 2"]],
    [
      "[http_service]\ninternal_port = 1\n[[http_service.checks]]\ninterval = '100ms'\n",
      ["warning http_service.checks[0].interval 4"],
    ],
  ])("reports %j", (text, expected) => {
    expect(messages(text)).toEqual(expected);
  });

  test.each([
    ['app = "x\n', 'fly.toml:1:9: Unterminated string\n  1 | app = "x\n              ^'],
    [
      "[env]\n\tA = yes\n",
      "fly.toml:2:6: Unexpected character, expecting string, number, datetime, boolean, inline array or inline table\n  2 | \tA = yes\n      \t    ^",
    ],
    ["app = 'x'\nlist = [1,\n\n", "fly.toml:2:11: Unterminated inline array\n  2 | list = [1,\n                ^"],
  ])("shows the line and the place where %j stops being TOML", (text, expected) => {
    const { config, problems } = parse(text);
    expect(config).toBeUndefined();
    expect(problems.map((problem) => problem.code)).toEqual(["CONFIG_SYNTAX"]);
    expect(
      problems
        .map(renderProblem)
        .join("\n")
        .replace(/\n {2}→ .*$/u, ""),
    ).toBe(expected);
  });
});

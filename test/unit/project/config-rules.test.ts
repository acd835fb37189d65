import { describe, expect, test } from "vitest";
import { parseAppConfig, parseAppConfigs } from "../../../src/project/parse-app-config.ts";
import { processGroups } from "../../../src/project/process-groups.ts";
import { declaredCounts } from "../../../src/project/region-counts.ts";

const codes = (text: string, file = "fly.toml", strict = false): string[] =>
  parseAppConfig(text, file, { strict }).problems.map(
    ({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`,
  );
const advice = (text: string): (string | undefined)[] =>
  parseAppConfig(text, "fly.toml").problems.map(({ suggestion }) => suggestion);

describe("keys", () => {
  test("that are unknown are warnings, and errors where that is asked for", () => {
    const text = "app = 'x'\n[http_service]\ninternal_port = 1\n  intrnal_port = 2\n";
    expect(codes(text)).toEqual(["warning CONFIG_KEY_UNKNOWN 4:3"]);
    expect(codes(text, "fly.toml", true)).toEqual(["error CONFIG_KEY_UNKNOWN 4:3"]);
    expect(advice(text)).toEqual(["did you mean internal_port?"]);
  });

  test.each([
    [
      "[[services]]\ninternal_port = 1\nauto_machine_stop = true\n[[services.ports]]\nport = 80\n",
      "did you mean auto_stop_machines?",
    ],
    ["source = 'data'\n", "source is a key of [mounts]"],
    ["[deploy]\nstratgy = 'rolling'\n", "did you mean strategy?"],
  ])("of %j are corrected", (text, expected) => {
    expect(advice(text)).toEqual([expected]);
  });

  test("with the names of prototypes are keys like others", () => {
    const { config } = parseAppConfig(
      "[env]\n__proto__ = 'a'\nconstructor = 'b'\n[processes]\nconstructor = 'run'\n",
      "fly.toml",
    );
    expect(Object.entries(config?.env ?? {})).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
    expect(config === undefined ? [] : processGroups(config)).toEqual(["constructor"]);
    expect(({} as { a?: string }).a).toBeUndefined();
  });

  test("that are there twice are all named, in each format", () => {
    expect(codes("app = 'a'\napp = 'b'\n[env]\nA = '1'\nA = '2'\n")).toEqual([
      "error CONFIG_KEY_DUPLICATE 2:1",
      "error CONFIG_KEY_DUPLICATE 5:1",
    ]);
    expect(codes("app: a\nenv:\n  A: 1\n  A: 2\n", "fly.yaml")).toEqual(["error CONFIG_KEY_DUPLICATE 4:3"]);
    expect(codes('{"app": "a",\n "app": "b"}', "fly.json")).toEqual(["warning CONFIG_KEY_DUPLICATE 2:2"]);
  });
});

describe("values", () => {
  test.each([
    ["[deploy]\nwait_timeout = 300\n", 'write wait_timeout = "300s"', 0.0003],
    ["[deploy]\nwait_timeout = 15000\n", 'write wait_timeout = "15000ms"', 0.015],
    ["[deploy]\nwait_timeout = 300000000000\n", undefined, 300_000],
  ])("of %j that are bare numbers are read as they are written, with what was meant", (text, expected, ms) => {
    const { config, problems } = parseAppConfig(text, "fly.toml");
    expect(problems.map(({ suggestion }) => suggestion)).toEqual(expected === undefined ? [] : [expected]);
    expect(config?.deploy.waitTimeoutMs).toBeCloseTo(ms);
  });

  test("that flyctl refuses and that are clear are read with a warning", () => {
    const { config, problems } = parseAppConfig(
      '[http_service]\ninternal_port = "3000"\nprocesses = "app"\n',
      "fly.toml",
    );
    expect(problems.map(({ code }) => code)).toEqual(["CONFIG_NOT_PORTABLE", "CONFIG_NOT_PORTABLE"]);
    expect(config?.services).toMatchObject([{ internalPort: 3_000, processes: ["app"] }]);
  });

  test("too large a file is one problem", () => {
    expect(codes(`# ${"x".repeat(70_000)}`)).toEqual(["error CONFIG_TOO_LARGE 1:1"]);
  });
});

describe("JSON and YAML", () => {
  const json = '{\n  "app": "x",\n  "http_service": {"internal_port": 70000}\n}';
  const yaml = "app: x\nhttp_service:\n  internal_port: 70000\n";

  test("have the same problems at their own places", () => {
    expect(codes(json, "fly.json")).toEqual(["error CONFIG_INVALID 3:20"]);
    expect(codes(yaml, "fly.yaml")).toEqual(["error CONFIG_INVALID 3:3"]);
  });

  test("say where they stop being what they are", () => {
    expect(codes('{"app": }', "fly.json")).toEqual(["error CONFIG_SYNTAX 1:10"]);
    expect(codes("a: [1, 2\n", "fly.yaml")[0]).toMatch(/^error CONFIG_SYNTAX /u);
    expect(codes("5\n", "fly.yaml")).toEqual(["error CONFIG_SYNTAX 1:1"]);
  });
});

describe("overlays", () => {
  test("are laid over the file key by key, and each value keeps its place", () => {
    const { config, originOf } = parseAppConfigs([
      { file: "fly.toml", text: "app = 'x'\n[env]\nA = '1'\nB = '2'\n[[vm]]\ncpus = 1\n[[vm]]\ncpus = 2\n" },
      { file: "fly.staging.toml", text: "[env]\nB = '3'\n[[vm]]\ncpus = 4\n" },
    ]);
    expect(config).toMatchObject({ app: "x", env: { A: "1", B: "3" }, vm: [{ cpus: 4 }] });
    expect(originOf(["env", "A"])).toMatchObject({ file: "fly.toml", line: 3 });
    expect(originOf(["env", "B"])).toMatchObject({ file: "fly.staging.toml", line: 2 });
  });

  test("have their problems in their own file", () => {
    const { problems } = parseAppConfigs([
      { file: "fly.toml", text: "app = 'x'\n" },
      { file: "fly.staging.toml", text: "\nkill_signal = 'SIGNOPE'\n" },
    ]);
    expect(problems).toMatchObject([{ file: "fly.staging.toml", line: 2, column: 1 }]);
  });
});

describe("[hangar.regions]", () => {
  const config = parseAppConfig(
    "[processes]\nweb = ''\nworker = ''\n[hangar.regions]\niad = 2\nams = 0\n[hangar.regions.worker]\nnrt = 1\n",
    "fly.toml",
  ).config;

  test("gives each group its numbers, its own ones before those for all", () => {
    expect(config === undefined ? undefined : declaredCounts(config, "web")).toEqual(
      new Map([
        ["iad", 2],
        ["ams", 0],
      ]),
    );
    expect(config === undefined ? undefined : declaredCounts(config, "worker")).toEqual(new Map([["nrt", 1]]));
    expect(config?.regions).toEqual(["iad", "nrt"]);
  });

  test("says nothing in its older form, a list", () => {
    const list = parseAppConfig("[hangar]\nregions = ['iad']\n", "fly.toml").config;
    expect(list === undefined ? undefined : declaredCounts(list, "app")).toBeUndefined();
    expect(list?.regions).toEqual(["iad"]);
  });

  test("knows its regions and groups", () => {
    expect(codes("[hangar.regions]\ntokio = 1\n")).toEqual(["error CONFIG_INVALID 2:1"]);
    expect(codes("[hangar.regions.wrker]\niad = 1\n")).toEqual(["error CONFIG_GROUP_UNKNOWN 1:1"]);
  });
});

describe("[[statics]]", () => {
  const statics = (...prefixes: string[]): string =>
    prefixes.map((prefix) => `[[statics]]\nguest_path = "/app"\nurl_prefix = "${prefix}"\n`).join("");

  test("ST-01: are at most ten", () => {
    const ten = Array.from({ length: 10 }, (_, index) => `/${String.fromCodePoint(97 + index)}`);
    expect(codes(statics(...ten))).toEqual([]);
    expect(codes(statics(...ten, "/k"))).toEqual(["warning CONFIG_INVALID 31:1"]);
  });

  test.each([
    [["/a", "/ab"], []],
    [["/a", "/a/b"], ["warning CONFIG_INVALID 6:1"]],
    [["/a/b/", "/a"], ["warning CONFIG_INVALID 6:1"]],
    [["/a", "/a/"], ["warning CONFIG_INVALID 6:1"]],
    [["/", "/a"], ["warning CONFIG_INVALID 6:1"]],
  ])("ST-01: their prefixes %j do not overlap", (prefixes, expected) => {
    expect(codes(statics(...prefixes))).toEqual(expected);
  });
});

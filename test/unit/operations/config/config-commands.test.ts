import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Machine } from "../../../../src/contract/machine.ts";
import { envOfApp, envOfFile } from "../../../../src/operations/config/config-env.ts";
import { explainKey } from "../../../../src/operations/config/explain-key.ts";
import { loadAppConfig } from "../../../../src/operations/config/load-app-config.ts";
import { readConfig } from "../../../../src/operations/config/read-config.ts";
import { saveConfig } from "../../../../src/operations/config/save-config.ts";
import { showConfig, showMachines } from "../../../../src/operations/config/show-config.ts";
import { validateConfig } from "../../../../src/operations/config/validate-config.ts";
import { toMachineConfig } from "../../../../src/project/machine-config.ts";
import { parseAppConfig } from "../../../../src/project/parse-app-config.ts";

/** Files in memory, by absolute path. */
function filesOf(texts: Record<string, string>) {
  return {
    readTextIfExists: async (file: string) => texts[file],
    readBase64IfExists: async (file: string) =>
      texts[file] === undefined ? undefined : Buffer.from(texts[file]).toString("base64"),
    exists: async (file: string) =>
      Object.keys(texts).some((name) => name === file || name.startsWith(`${file}${path.sep}`)),
    writeAtomic: async (file: string, content: string) => {
      texts[file] = content;
    },
  };
}

const TOML = `# the shop
app = "shop"
primary_region = "iad"

[env]
  MODE = "live" # keep me

[http_service]
  internal_port = 8080
`;

function machine(text: string, region = "iad"): Machine {
  const { config } = parseAppConfig(text, "fly.toml");
  if (config === undefined) expect.unreachable("no config");
  return { id: region, state: "started", region, config: toMachineConfig(config, "app", "i") } as unknown as Machine;
}

describe("finding the files", () => {
  const files = filesOf({
    "/p/.git/HEAD": "",
    "/p/fly.json": '{"app": "json"}',
    "/p/a/x": "",
    "/p/a/other.toml": "app = 'other'",
    "/p/fly.staging.toml": "app = 'staging'",
  });

  test("looks for each format upwards, and takes --config from where the command was typed", async () => {
    expect((await loadAppConfig({ dir: "/p/a" }, { files })).config.app).toBe("json");
    expect((await loadAppConfig({ dir: "/p", cwd: "/p/a", configPath: "other.toml" }, { files })).config.app).toBe(
      "other",
    );
    expect((await loadAppConfig({ dir: "/p", overlay: "staging" }, { files })).config.app).toBe("staging");
    await expect(loadAppConfig({ dir: "/p", overlay: "none" }, { files })).rejects.toMatchObject({
      code: "CONFIG_NOT_FOUND",
    });
    await expect(loadAppConfig({ dir: "/p", overlay: "../x" }, { files })).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("config", () => {
  const files = filesOf({ "/p/fly.toml": TOML, "/p/fly.staging.toml": "[env]\nMODE = 'test'\n" });
  const input = { dir: "/p" };

  test("validate tells valid from invalid", async () => {
    expect(await validateConfig(input, { files })).toEqual({ valid: true, problems: [] });
    const bad = filesOf({ "/p/fly.toml": "app = 5\n" });
    expect(await validateConfig(input, { files: bad })).toMatchObject({
      valid: false,
      problems: [{ severity: "error", code: "CONFIG_INVALID", file: "fly.toml", line: 1, column: 1 }],
    });
  });

  test("show says where each value comes from, and what machines are made from", async () => {
    const values = await showConfig({ ...input, overlay: "staging" }, { files });
    expect(values).toContainEqual({ key: "env.MODE", value: "test", file: "fly.staging.toml", line: 2 });
    expect(values).toContainEqual({ key: "app", value: "shop", file: "fly.toml", line: 2 });
    expect(await showMachines(input, { files })).toMatchObject({
      app: { env: { MODE: "live", PRIMARY_REGION: "iad" } },
    });
    await expect(showMachines({ ...input, group: "web" }, { files })).rejects.toMatchObject({
      code: "CONFIG_GROUP_UNKNOWN",
    });
  });

  test("env is that of the file, or of the running machines", async () => {
    const env = { MODE: "live", PRIMARY_REGION: "iad", FLY_PROCESS_GROUP: "app" };
    expect(await envOfFile(input, { files })).toEqual([{ group: "app", env }]);
    expect(await envOfApp("shop", undefined, { list: async () => [machine(TOML)] })).toEqual([{ group: "app", env }]);
    await expect(envOfApp("shop", "web", { list: async () => [machine(TOML)] })).rejects.toMatchObject({
      code: "MACHINE_NOT_FOUND",
    });
  });

  test("explain knows a key by its whole name, its old name and its last part", async () => {
    const read = await readConfig(input, { files });
    expect(explainKey("http_service.internal_port", read)).toMatchObject([
      {
        key: "http_service.internal_port",
        default: "8080",
        set: [{ value: 8_080, file: "fly.toml", line: 9 }],
        values: { app: 8_080 },
      },
    ]);
    expect(explainKey("mount.source", undefined).map(({ key }) => key)).toEqual(["mounts.source"]);
    expect(explainKey("checks.alive.type", undefined).map(({ key }) => key)).toEqual(["checks.NAME.type"]);
    expect(explainKey("internal_port", undefined).length).toBe(2);
    expect(() => explainKey("intrnal_port", undefined)).toThrow(
      expect.objectContaining({ code: "CONFIG_KEY_NOT_FOUND", suggestions: ["hangar config explain internal_port"] }),
    );
  });

  test("save changes what is different and keeps the rest, or nothing", async () => {
    const texts: Record<string, string> = { "/p/fly.toml": TOML };
    const deps = (live: readonly Machine[], agreed: boolean) => ({
      files: filesOf(texts),
      machines: { list: async () => live },
      approve: async () => agreed,
    });
    const changed = machine(TOML.replace('"live"', '"test"').replace("8080", "9090"));
    expect(await saveConfig({ app: "shop", dir: "/p" }, deps([machine(TOML)], true))).toMatchObject({
      written: false,
      diff: "",
    });
    expect(await saveConfig({ app: "shop", dir: "/p" }, deps([changed], false))).toMatchObject({ written: false });
    expect(texts["/p/fly.toml"]).toBe(TOML);
    const saved = await saveConfig({ app: "shop", dir: "/p" }, deps([changed], true));
    expect(saved.diff).toContain('+  MODE = "test" # keep me');
    const { config } = parseAppConfig(texts["/p/fly.toml"] ?? "", "fly.toml");
    expect(texts["/p/fly.toml"]).toContain("# the shop");
    expect(config === undefined ? undefined : toMachineConfig(config, "app", "i")).toEqual(changed.config);
  });

  test("save makes a file where there is none", async () => {
    const texts: Record<string, string> = {};
    const live = [machine(TOML), machine(TOML, "ams")];
    const deps = { files: filesOf(texts), machines: { list: async () => live }, approve: async () => true };
    expect(await saveConfig({ app: "shop", dir: "/p" }, deps)).toMatchObject({ written: true, file: "/p/fly.toml" });
    const { config, problems } = parseAppConfig(texts["/p/fly.toml"] ?? "", "fly.toml");
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(config).toMatchObject({ app: "shop", env: { MODE: "live" }, services: [{ internalPort: 8_080 }] });
  });
});

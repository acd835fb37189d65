import { describe, expect, test } from "vitest";
import { openTemplates } from "../../../src/platform/templates.ts";
import { toMachineConfig } from "../../../src/project/machine-config.ts";
import { parseAppConfig } from "../../../src/project/parse-app-config.ts";

describe("the shipped templates", async () => {
  const templates = openTemplates();

  test("are listed by name, one of them for empty folders", async () => {
    const all = await templates.list();
    expect(all.map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ["background-worker", false],
      ["static", false],
      ["sticky-sessions", false],
      ["websocket-chat", false],
      ["where-am-i", true],
      ["where-am-i-deno", false],
      ["write-home", false],
    ]);
  });

  const web: Readonly<Record<string, string>> = { "background-worker": "web" };
  test.each((await templates.list()).map(({ name }) => name))(
    "%s has a Dockerfile, an ignore file and a valid fly.toml",
    async (name) => {
      const { files } = await templates.read(name);
      const text = (path: string): string => files.find((file) => file.path === path)?.text ?? "";
      expect(files.map((file) => file.path)).toEqual(
        expect.arrayContaining(["fly.toml", "Dockerfile", ".dockerignore"]),
      );
      const { config, problems } = parseAppConfig(
        text("fly.toml").replace("{{app}}", "example").replace("{{region}}", "iad"),
        "fly.toml",
      );
      expect(problems).toEqual([]);
      const machine = config && toMachineConfig(config, web[name] ?? "app", "i");
      expect(machine?.services?.[0]?.checks).toEqual([
        { type: "http", interval: "10s", timeout: "2s", grace_period: "1s", method: "GET", path: "/health" },
      ]);
      expect(machine?.guest).toEqual({ cpu_kind: "shared", cpus: 1, memory_mb: 256 });
    },
  );

  test.each(["nope", "..", ""])("there is no template %j", async (name) => {
    await expect(templates.read(name)).rejects.toMatchObject({ code: "TEMPLATE_NOT_FOUND" });
  });
});

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "../../../../src/errors/app-error.ts";
import { isRegionCode, suggestRegion } from "../../../../src/emulator/index.ts";
import {
  launch,
  type LaunchDeps,
  type LaunchedApp,
  type LaunchInput,
} from "../../../../src/operations/launch/launch.ts";
import type { LaunchPlan } from "../../../../src/operations/launch/launch-plan.ts";
import {
  createSourceTree,
  SCAN_LIMITS,
  SKIPPED_FOLDERS,
  wantsText,
} from "../../../../src/operations/launch/scan/source-tree.ts";
import * as files from "../../../../src/platform/files.ts";
import { readProjectTree } from "../../../../src/platform/project-tree.ts";
import { openTemplates } from "../../../../src/platform/templates.ts";
import { writeAll } from "../../../../src/platform/write-all.ts";

const readTree: LaunchDeps<string>["readTree"] = async (folder) => {
  const { paths, texts } = await readProjectTree(folder, { ...SCAN_LIMITS, skipFolders: SKIPPED_FOLDERS, wantsText });
  return createSourceTree(paths, texts);
};

describe("launch", () => {
  let root: string;
  let dir: string;
  let plans: LaunchPlan[];
  let deployed: LaunchedApp[];
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), "launch-test-"));
    dir = path.join(root, "My Shop");
    await mkdir(dir);
    plans = [];
    deployed = [];
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const put = (name: string, text: string) => writeFile(path.join(dir, name), text);
  const read = (name: string) => readFile(path.join(dir, name), "utf8");
  const run = (input: Partial<LaunchInput> = {}, deps: Partial<LaunchDeps<string>> = {}) =>
    launch(
      { dir, force: false, deploy: false, ...input },
      {
        files,
        writeAll,
        templates: openTemplates(),
        readTree,
        choose: async () => undefined,
        regions: { has: isRegionCode, suggest: suggestRegion },
        approve: async (plan) => {
          plans.push(plan);
          return true;
        },
        deployAfterLaunch: async (launched) => {
          deployed.push(launched);
          return "deployed";
        },
        ...deps,
      },
    );

  test("writes the default template into an empty folder", async () => {
    const result = await run();
    expect(result).toMatchObject({ app: "my-shop", region: "iad", template: "where-am-i" });
    expect(await readdir(dir)).toEqual([".dockerignore", "Dockerfile", "fly.toml", "package.json", "server.js"]);
    expect(await read("fly.toml")).toContain('app = "my-shop"\nprimary_region = "iad"\n');
    expect(plans[0]?.template).toEqual({ value: "where-am-i", source: "the folder is empty" });
    expect(deployed).toEqual([]);
  });

  test("treats a fresh repository as empty", async () => {
    await mkdir(path.join(dir, ".git"));
    await put("README.md", "# shop\n");
    expect(await run()).toMatchObject({ template: "where-am-i" });
  });

  test("makes the folder, and deploys what it launched", async () => {
    const target = path.join(root, "new");
    expect(await run({ dir: target, template: "where-am-i-deno", region: "ams", deploy: true })).toMatchObject({
      deployed: "deployed",
    });
    expect(deployed).toEqual([{ dir: target, app: "new", region: "ams" }]);
    expect(await readdir(target)).toContain("main.ts");
  });

  test("does nothing the second time", async () => {
    await run({ template: "where-am-i" });
    const { files: again } = await run({ template: "where-am-i" });
    expect(again.map((file) => file.action)).toEqual(["kept", "kept", "kept", "kept", "kept"]);
  });

  test("uses an existing fly.toml and never changes it", async () => {
    await put("fly.toml", 'app = "shop"\nprimary_region = "nrt"\n');
    await put("Dockerfile", "FROM a\n");
    expect(await run()).toMatchObject({
      app: "shop",
      region: "nrt",
      dir,
      files: [{ path: "fly.toml", action: "kept" }],
    });
    await rm(path.join(dir, "Dockerfile"));
    const { files: written } = await run({ template: "where-am-i", force: true });
    expect(written[0]).toEqual({ path: "fly.toml", action: "kept", note: "yours is used" });
    expect(await read("fly.toml")).toBe('app = "shop"\nprimary_region = "nrt"\n');
    expect(await read("package.json")).toContain('"name": "shop"');
  });

  test("gives a project with a Dockerfile a fly.toml for the port that it exposes", async () => {
    await put("Dockerfile", "FROM a\nEXPOSE 3000\n");
    await put("index.py", "");
    const { files: written } = await run();
    expect(written).toEqual([
      { path: "fly.toml", action: "created" },
      { path: "Dockerfile", action: "kept" },
    ]);
    expect(await read("fly.toml")).toContain("internal_port = 3000");
  });

  test("names a Containerfile in fly.toml", async () => {
    await put("Containerfile", "FROM a\n");
    await run();
    expect(await read("fly.toml")).toContain('[build]\n  dockerfile = "Containerfile"\n');
  });

  test("stops before it would overwrite a file, and replaces it when told to", async () => {
    await put("server.js", "mine");
    await put(".dockerignore", "mine");
    await expect(run({ template: "where-am-i" })).rejects.toMatchObject({
      code: "FILE_EXISTS",
      message: "The template would overwrite server.js",
    });
    expect(await readdir(dir)).toEqual([".dockerignore", "server.js"]);
    await rm(path.join(dir, "server.js"));
    const { files: written } = await run({ template: "where-am-i" });
    expect(written.find((file) => file.path === ".dockerignore")).toMatchObject({
      action: "kept",
      note: "differs from the template's",
    });
    await put("server.js", "mine");
    await run({ template: "where-am-i", force: true });
    expect(await read("server.js")).toContain("createServer");
  });

  test("finds everything wrong at once and writes nothing", async () => {
    await put("notes.txt", "");
    await expect(run({ name: "9_shops", region: "tokio" })).rejects.toMatchObject({
      code: "APP_NAME_INVALID",
      suggestions: expect.arrayContaining([
        "hangar launch --name app-9-shops",
        "hangar launch --region nrt",
        "hangar regions",
      ]),
      details: {
        problems: [{ code: "APP_NAME_INVALID" }, { code: "REGION_UNKNOWN" }, { code: "DOCKERFILE_NOT_FOUND" }],
      },
    });
    expect(await readdir(dir)).toEqual(["notes.txt"]);
  });

  test.each([
    [{ name: "other" }, "USAGE"],
    [{ region: "ams" }, "USAGE"],
    [{ template: "nope" }, "TEMPLATE_NOT_FOUND"],
  ])("refuses %j beside a fly.toml that says otherwise", async (input, code) => {
    await put("fly.toml", 'app = "shop"\nprimary_region = "nrt"\n');
    await expect(run(input)).rejects.toMatchObject({ code });
  });

  test("refuses a region of fly.toml that is no more, and names the nearest", async () => {
    await put("fly.toml", 'app = "shop"\nprimary_region = "mia"\n');
    await expect(run()).rejects.toMatchObject({
      code: "REGION_UNKNOWN",
      suggestions: [expect.stringMatching(/^set primary_region = "\w{3}" in fly.toml$/u), "hangar regions"],
    });
  });

  test("shows where fly.toml is broken", async () => {
    await put("fly.toml", 'app = "shop\n');
    await expect(run()).rejects.toMatchObject({
      code: "CONFIG_SYNTAX",
      message: expect.stringContaining('fly.toml:1:12: Unterminated string\n  1 | app = "shop'),
    });
  });

  test("writes nothing when the plan is declined or a question is interrupted", async () => {
    await expect(run({}, { approve: async () => false })).rejects.toMatchObject({ code: "CANCELLED" });
    const interrupt = async (): Promise<never> => {
      throw new AppError("CANCELLED", "Interrupted by SIGINT");
    };
    await expect(run({ deploy: true }, { approve: interrupt })).rejects.toMatchObject({ code: "CANCELLED" });
    await mkdir(path.join(dir, "web"));
    await put("web/go.mod", "module web");
    await expect(run({ deploy: true }, { choose: interrupt })).rejects.toMatchObject({ code: "CANCELLED" });
    expect([await readdir(dir), await readdir(path.join(dir, "web")), deployed]).toEqual([["web"], ["go.mod"], []]);
  });

  const EXPRESS = JSON.stringify({ scripts: { start: "node app.js" }, dependencies: { express: "5" } });

  test("gives a project that it knows a Dockerfile, and keeps what is there", async () => {
    await put("package.json", EXPRESS);
    await put("app.js", 'app.get("/healthz", ok);\napp.listen(process.env.PORT || 4000);\n');
    await put(".dockerignore", "mine");
    const result = await run();
    expect(result).toMatchObject({ framework: "Express", applied: true });
    expect(result.files).toEqual([
      { path: "fly.toml", action: "created" },
      { path: "Dockerfile", action: "created" },
      { path: ".dockerignore", action: "kept", note: "yours is used" },
    ]);
    expect(result.plan).toContainEqual({ what: "Framework", value: "Express", source: "express in package.json" });
    expect(await read("Dockerfile")).toContain(
      'ENV PORT=4000 PATH=/app/node_modules/.bin:$PATH\nEXPOSE 4000\nCMD ["node", "app.js"]\n',
    );
    expect(await read("fly.toml")).toContain('path = "/healthz"');
    expect(await read(".dockerignore")).toBe("mine");
  });

  test("changes nothing the second time in a project that it knows", async () => {
    await put("package.json", EXPRESS);
    await run();
    const texts = await Promise.all(["fly.toml", "Dockerfile", ".dockerignore"].map(read));
    const again = await run();
    expect(again.files).toEqual([{ path: "fly.toml", action: "kept" }]);
    expect(await Promise.all(["fly.toml", "Dockerfile", ".dockerignore"].map(read))).toEqual(texts);
  });

  test("makes an image for the port that an existing fly.toml names", async () => {
    await put("fly.toml", 'app = "shop"\n[http_service]\n  internal_port = 5555\n');
    await put("package.json", JSON.stringify({ dependencies: { next: "15" }, scripts: { build: "next build" } }));
    const { files: written } = await run();
    expect(written.map(({ path: name, action }) => `${name} ${action}`)).toEqual([
      "fly.toml kept",
      "Dockerfile created",
      ".dockerignore created",
    ]);
    expect(await read("Dockerfile")).toContain('"start", "-p", "5555"]');
  });

  test("only plans when told so", async () => {
    await put("package.json", EXPRESS);
    expect(await run({ planOnly: true, deploy: true })).toMatchObject({ applied: false, framework: "Express" });
    expect([await readdir(dir), plans, deployed]).toEqual([["package.json"], [], []]);
  });

  test("takes everything back when the deploy fails, but not what was there or was changed meanwhile", async () => {
    await put("package.json", EXPRESS);
    const fail = async (): Promise<string> => {
      await put(".dockerignore", "edited meanwhile");
      throw new Error("no engine");
    };
    await expect(run({ deploy: true }, { deployAfterLaunch: fail })).rejects.toThrow("no engine");
    expect(await readdir(dir)).toEqual([".dockerignore", "package.json"]);
  });

  test("takes a whole new folder back, and gives a replaced file its old content", async () => {
    const fail = async (): Promise<string> => Promise.reject(new Error("no engine"));
    const target = path.join(root, "new", "one");
    await expect(run({ dir: target, deploy: true }, { deployAfterLaunch: fail })).rejects.toThrow("no engine");
    expect(await readdir(root)).toEqual(["My Shop"]);
    await put("server.js", "mine");
    await expect(
      run({ template: "where-am-i", force: true, deploy: true }, { deployAfterLaunch: fail }),
    ).rejects.toThrow("no engine");
    expect([await readdir(dir), await read("server.js")]).toEqual([["server.js"], "mine"]);
  });

  describe("a repository of several programs", () => {
    beforeEach(async () => {
      await put("package.json", JSON.stringify({ workspaces: ["apps/*"] }));
      for (const [name, framework] of [
        ["web", "next"],
        ["api", "express"],
      ] as const) {
        await mkdir(path.join(dir, "apps", name), { recursive: true });
        const manifest = { scripts: { start: "node ." }, dependencies: { [framework]: "1" } };
        await put(`apps/${name}/package.json`, JSON.stringify(manifest));
      }
    });

    test("is refused with the names, where nobody can choose", async () => {
      await expect(run()).rejects.toMatchObject({
        code: "USAGE",
        message: "The folder holds several programs; name one: apps/api (Express), apps/web (Next.js)",
        suggestions: ["hangar launch apps/api", "hangar launch apps/web"],
      });
    });

    test("is launched in the folder that was chosen", async () => {
      const result = await run({}, { choose: async (candidates) => candidates[1]?.path });
      expect(result).toMatchObject({ app: "web", dir: path.join(dir, "apps", "web"), framework: "Next.js" });
      expect(await readdir(dir)).toEqual(["apps", "package.json"]);
    });
  });
});

import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { scanProject } from "../../../src/operations/launch/scan/scan-project.ts";
import {
  createSourceTree,
  SCAN_LIMITS,
  SKIPPED_FOLDERS,
  wantsText,
} from "../../../src/operations/launch/scan/source-tree.ts";
import { type ProjectTree, readProjectTree } from "../../../src/platform/project-tree.ts";

/** Of processor time, which other programs do not stretch: more than a scan takes, far less than a backtracking one would. */
const FAST_MS = 2_000;

describe("readProjectTree", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), "tree-test-"));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const put = async (name: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  };
  const read = (folder = root): Promise<ProjectTree> =>
    readProjectTree(folder, { ...SCAN_LIMITS, skipFolders: SKIPPED_FOLDERS, wantsText });

  test("lists files and reads those that are wanted", async () => {
    await put("package.json", "\uFEFF{}");
    await put("src/index.ts", "x");
    await put("logo.png", "x");
    await put("node_modules/a/package.json", "{}");
    expect(await read()).toEqual({
      paths: ["logo.png", "package.json", "src/index.ts"],
      texts: new Map([
        ["package.json", "{}"],
        ["src/index.ts", "x"],
      ]),
      cut: false,
    });
  });

  test("is empty where there is no folder", async () => {
    expect(await read(path.join(root, "nowhere"))).toEqual({ paths: [], texts: new Map(), cut: false });
  });

  test("follows links to files of the project only, and enters no linked folder", async () => {
    const outside = await mkdtemp(path.join(tmpdir(), "outside-test-"));
    await writeFile(path.join(outside, "package.json"), '{"secret":true}');
    await put("config/app.json", "{}");
    await put("real/package.json", "{}");
    await symlink(path.join(outside, "package.json"), path.join(root, "package.json"));
    await symlink("real/package.json", path.join(root, "composer.json"));
    await symlink(outside, path.join(root, "elsewhere"));
    await symlink(".", path.join(root, "config", "loop"));
    await symlink("a.py", path.join(root, "b.py"));
    await symlink("b.py", path.join(root, "a.py"));
    const { paths, texts } = await read();
    expect([...texts.keys()].toSorted()).toEqual(["composer.json", "real/package.json"]);
    expect(paths.filter((name) => name.startsWith("config/"))).toEqual(["config/app.json", "config/loop"]);
    await rm(outside, { recursive: true });
  });

  test.each([
    ["a pipe without a writer", () => void execFileSync("mkfifo", [path.join(root, "package.json")])],
    ["a binary file", () => put("package.json", new Uint8Array([123, 0, 125]))],
    ["a file above the limit", () => put("package.json", `{}${" ".repeat(SCAN_LIMITS.fileBytes)}`)],
    ["a folder of that name", () => mkdir(path.join(root, "package.json"))],
  ])("takes no text from %s", async (_, make) => {
    await make();
    expect((await read()).texts).toEqual(new Map());
  });

  test("ends at its limits of depth, number and size", async () => {
    await put(`${"d/".repeat(40)}package.json`, "{}");
    for (let index = 0; index < 25; index += 1)
      await put(`src/f${String(index).padStart(2, "0")}.js`, "x".repeat(200_000));
    const { paths, texts, cut } = await read();
    expect([paths.some((name) => name.startsWith("d/")), cut]).toEqual([false, true]);
    expect([...texts.values()].reduce((sum, text) => sum + text.length, 0)).toBeLessThanOrEqual(SCAN_LIMITS.totalBytes);
    const few = await readProjectTree(root, { ...SCAN_LIMITS, entries: 10, skipFolders: new Set(), wantsText });
    expect([few.paths.length <= 10, few.cut]).toEqual([true, true]);
  });
});

describe("hostile texts are answered fast", () => {
  const BLANKS = " ".repeat(100_000);
  const NAMES = [
    ...[
      "package.json",
      "deno.json",
      "requirements.txt",
      "pyproject.toml",
      "Pipfile",
      "Gemfile",
      "mix.exs",
      "composer.json",
    ],
    ...[
      "go.mod",
      "Cargo.toml",
      "pom.xml",
      "build.gradle",
      "App.csproj",
      "Procfile",
      ".env.example",
      "pnpm-workspace.yaml",
    ],
    ...["main.py", "index.js", "main.go", "src/main.rs", "config/routes.rb", "prisma/schema.prisma", "next.config.js"],
    ...["src/main/resources/application.yml", ".nvmrc", ".ruby-version", "runtime.txt", "Dockerfile"],
  ];
  test.each([
    ["blanks", BLANKS],
    ["tabs and lines", "\t\n".repeat(50_000)],
    ["open brackets", "[".repeat(100_000)],
    ["open braces", "{".repeat(100_000)],
    ["quotes", `"`.repeat(100_000)],
    ["comments that never end", "/*".repeat(50_000)],
    ["almost a port", `app.listen(${BLANKS}`],
    ["many almost ports", "process.env.PORT) ) || ".repeat(4_500)],
    ["many almost routes", `app.get("/healt`.repeat(7_500)],
    ["almost a datasource", `datasource db {${BLANKS}`.repeat(1)],
    ["many almost datasources", "datasource d { provider = ".repeat(4_000)],
    ["many artifacts", "<artifactId>".repeat(8_000)],
    ["many gems", "gem 'a', ".repeat(10_000)],
    ["many keys", "a.b.c = 1\n".repeat(10_000)],
    ["a word", "a".repeat(100_000)],
    ["serve without a port", "serve(port ".repeat(9_000)],
  ])(
    "%s",
    (_, text) => {
      for (const prefix of ["", '{"dependencies":{"express":"1"},"x":', "import streamlit\n"]) {
        const texts = new Map(NAMES.map((name) => [name, prefix + text]));
        texts.delete("Dockerfile");
        const before = process.cpuUsage();
        scanProject(createSourceTree([...texts.keys()], texts));
        scanProject(createSourceTree(["Dockerfile"], new Map([["Dockerfile", text]])));
        const { user, system } = process.cpuUsage(before);
        expect((user + system) / 1_000).toBeLessThan(FAST_MS);
      }
    },
    30_000,
  );
});

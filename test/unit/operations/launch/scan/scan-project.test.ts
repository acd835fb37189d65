import { DockerfileParser } from "dockerfile-ast";
import { describe, expect, test } from "vitest";
import { renderDockerfile } from "../../../../../src/operations/launch/render-dockerfile.ts";
import type { Detection } from "../../../../../src/operations/launch/scan/detection.ts";
import { scanProject } from "../../../../../src/operations/launch/scan/scan-project.ts";
import { createSourceTree } from "../../../../../src/operations/launch/scan/source-tree.ts";
import { openTemplates } from "../../../../../src/platform/templates.ts";
import { COMPILED_PROJECTS } from "./compiled-projects.ts";
import { OTHER_PROJECTS } from "./other-projects.ts";
import { SERVER_PROJECTS } from "./server-projects.ts";
import { WEB_PROJECTS } from "./web-projects.ts";

const PROJECTS = [...WEB_PROJECTS, ...SERVER_PROJECTS, ...OTHER_PROJECTS, ...COMPILED_PROJECTS];
const templates = openTemplates();

const scan = (files: Readonly<Record<string, string>>) =>
  scanProject(createSourceTree(Object.keys(files), new Map(Object.entries(files))));

function detect(files: Readonly<Record<string, string>>): Detection {
  const result = scan(files);
  if (result.kind !== "detected") throw new Error(`${result.kind}: ${JSON.stringify(result)}`);
  return result.detection;
}

async function dockerfileOf({ image }: Detection): Promise<string | undefined> {
  return image === undefined
    ? undefined
    : renderDockerfile(await templates.readDockerfile(image.template), image.values);
}

test("the table has at least 40 projects", () => {
  expect(PROJECTS.length).toBeGreaterThanOrEqual(40);
});

describe.each(PROJECTS)("$name", ({ files, expect: expected }) => {
  test("is recognised with everything that it says about itself", () => {
    const found = detect(files);
    expect({
      framework: found.framework.value,
      source: found.framework.source,
      port: found.port.value,
      template: found.image?.template,
      start: found.image?.values["start"],
      health: found.health?.value,
      databases: found.databases.map(({ value }) => value),
      secrets: found.secrets.map(({ value }) => value),
      release: found.releaseCommand?.value,
      volume: found.volume?.value.destination,
      env: found.env,
      processes: Object.fromEntries([...found.processes].map(([name, { value }]) => [name, value])),
      notes: found.notes.length,
    }).toEqual({
      framework: expected.framework,
      source: expected.source ?? found.framework.source,
      port: expected.port,
      template: expected.template ?? found.image?.template,
      start:
        expected.start === undefined
          ? found.image?.values["start"]
          : `[${expected.start.map((word) => JSON.stringify(word)).join(", ")}]`,
      health: expected.health,
      databases: expected.databases ?? [],
      secrets: expected.secrets ?? [],
      release: expected.release,
      volume: expected.volume,
      env: expected.env ?? {},
      processes: expected.processes ?? {},
      notes: expected.notes ?? 0,
    });
    if (expected.killSignal !== undefined) expect(found.killSignal).toBe(expected.killSignal);
  });

  test("gets a Dockerfile by the rules", async () => {
    const text = await dockerfileOf(detect(files));
    expect(text === undefined).toBe(expected.framework === "Dockerfile");
    for (const pattern of expected.dockerfile ?? []) expect(text).toMatch(pattern);
    for (const pattern of expected.dockerfileNot ?? []) expect(text).not.toMatch(pattern);
    if (text !== undefined) expect(faults(text)).toEqual([]);
  });
});

/** What is wrong with a Dockerfile, read by a parser that knows the language. */
function faults(text: string): string[] {
  const file = DockerfileParser.parse(text);
  const instructions = file.getInstructions();
  const stages = file.getFROMs();
  const names = new Set(stages.flatMap((stage) => stage.getBuildStage() ?? []));
  const last = instructions.findLastIndex((instruction) => instruction.getKeyword() === "FROM");
  const final = instructions.slice(last);
  const keywords = final.map((instruction) => instruction.getKeyword());
  const user = final.findLast((instruction) => instruction.getKeyword() === "USER")?.getArgumentsContent() ?? "root";
  const unknown = instructions.filter((instruction) => !KNOWN.has(instruction.getKeyword()));
  const unpinned = stages.filter(
    (stage) =>
      !names.has(stage.getImage() ?? "") &&
      !/:(?:\d|nonroot|bookworm-slim|php)/u.test(stage.getImage() ?? "").valueOf(),
  );
  const command = final.filter((instruction) => instruction.getKeyword() === "CMD");
  const sources = file.getCOPYs().flatMap((copy) =>
    copy
      .getFlags()
      .filter((flag) => flag.getName() === "from")
      .map((flag) => flag.getValue() ?? ""),
  );
  return [
    ...unknown.map((instruction) => `unknown instruction ${instruction.getKeyword()}`),
    ...(text.includes("{{") ? ["a placeholder is left"] : []),
    ...(/\n{3}|[ \t]$/mu.test(text) ? ["untidy blanks"] : []),
    ...unpinned.map((stage) => `${stage.getImage()} has no pinned version`),
    ...(/^(?:root|0)(?::|$)/u.test(user) ? ["the program runs as root"] : []),
    ...(command.length === 1 && isWords(command[0]?.getArgumentsContent() ?? "") ? [] : ["CMD is not in exec form"]),
    ...(keywords.includes("EXPOSE") ? [] : ["no port is exposed"]),
    ...sources
      .filter((from) => !names.has(from) && !/:\d/u.test(from))
      .map((from) => `COPY --from=${from}: no such stage`),
    ...(/\bapt-get install\b(?!.*--no-install-recommends)/u.test(text)
      ? ["apt-get installs what is only recommended"]
      : []),
    ...(/:latest\b|\bADD\b|\bsudo\b/u.test(text) ? ["latest, ADD or sudo"] : []),
    ...(/^ENV .*(?:SECRET|TOKEN|PASSWORD)/mu.test(text) ? ["a secret is in the image"] : []),
  ];
}

const KNOWN = new Set(["FROM", "RUN", "CMD", "COPY", "ENV", "EXPOSE", "USER", "WORKDIR", "ARG"]);

function isWords(text: string): boolean {
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === "string");
  } catch {
    return false;
  }
}

describe("the rules for Dockerfiles themselves", () => {
  test.each([
    ['FROM node\nUSER node\nEXPOSE 1\nCMD ["x"]\n', "node has no pinned version"],
    ['FROM node:24\nEXPOSE 1\nCMD ["x"]\n', "the program runs as root"],
    ["FROM node:24\nUSER a\nEXPOSE 1\nCMD x\n", "CMD is not in exec form"],
    ['FROM node:24\nRUNN a\nUSER a\nEXPOSE 1\nCMD ["x"]\n', "unknown instruction RUNN"],
    ['FROM node:24\nCOPY --from=nowhere a b\nUSER a\nEXPOSE 1\nCMD ["x"]\n', "COPY --from=nowhere: no such stage"],
  ])("find what is wrong with %j", (text, fault) => {
    expect(faults(text)).toEqual([fault]);
  });
});

describe("what is nothing to launch", () => {
  test.each([
    [
      "a package.json that only builds",
      { "package.json": '{"name":"lib","scripts":{"test":"vitest"}}', "src/index.ts": "" },
    ],
    ["notes", { "notes.txt": "django next rails" }],
    ["a name of a framework in a comment", { "requirements.txt": "# django\n", Gemfile: '# gem "rails"\n' }],
    ["a description that names frameworks", { "package.json": '{"description":"remix prisma next express"}' }],
    [
      "a broken manifest",
      { "package.json": '{"dependencies":', "composer.json": "[]", "Cargo.toml": "[package", "pyproject.toml": "=" },
    ],
  ])("%s", (_, files) => {
    expect(scan(files)).toEqual({ kind: "unknown" });
  });
});

describe("repositories of several programs", () => {
  const next = '{"scripts":{"build":"b","start":"s"},"dependencies":{"next":"1"}}';
  test.each([
    [
      "npm workspaces",
      {
        "package.json": '{"workspaces":["apps/*"],"scripts":{"start":"turbo"}}',
        "apps/web/package.json": next,
        "packages/ui/package.json": "{}",
        "apps/docs/package.json": next,
      },
      ["apps/web"],
    ],
    [
      "pnpm workspaces",
      {
        "pnpm-workspace.yaml": "packages:\n  - x",
        "package.json": "{}",
        "web/package.json": next,
        "api/package.json": '{"scripts":{"start":"x"}}',
      },
      ["api", "web"],
    ],
    [
      "no root at all",
      {
        "README.md": "",
        "frontend/package.json": next,
        "backend/requirements.txt": "fastapi",
        "backend/main.py": "",
        "infra/Dockerfile": "",
      },
      ["backend", "frontend", "infra"],
    ],
    [
      "a cargo workspace",
      {
        "Cargo.toml": '[workspace]\nmembers = ["a"]',
        "a/Cargo.toml": '[package]\nname = "a"\n[dependencies]\naxum = "0.8"',
        "a/src/main.rs": "",
      },
      ["a"],
    ],
  ])("%s", (_, files, paths) => {
    const result = scan(files);
    expect(result.kind === "several" ? result.candidates.map(({ path }) => path).toSorted() : result).toEqual(paths);
  });

  test("a program at the root wins over folders below it", () => {
    expect(detect({ Gemfile: 'gem "rails"', "Gemfile.lock": "", "client/package.json": next }).framework.value).toBe(
      "Rails",
    );
  });
});

test("words of a project cannot put instructions into its Dockerfile", async () => {
  const evil = detect({
    "package.json": JSON.stringify({ scripts: { start: 'node "a\nUSER root"' }, dependencies: { express: "1" } }),
    Procfile: "web: node x.js\r\n",
  });
  expect(faults((await dockerfileOf(evil)) ?? "")).toEqual([]);
  const crate = detect({ "Cargo.toml": '[package]\nname = "x && rm -rf /"\n[dependencies]\naxum = "1"' });
  expect(await dockerfileOf(crate)).toContain("--bin app ");
});

// Pure: what a project is, from its files.
import { parseExposedPort } from "../../../project/exposed-port.ts";
import type { Sourced } from "../launch-plan.ts";
import { elixirName } from "./compiled-images.ts";
import type { Candidate, Database, Detection, ImagePlan, ScanResult } from "./detection.ts";
import { findDatabases, findHealthPath, findPort, findSecrets, readProcfile } from "./facts.ts";
import { type Found, findFramework } from "./find-evidence.ts";
import { execFormOf } from "./image-input.ts";
import { plainWords } from "./node-image.ts";
import { type Packages, readPackages } from "./packages.ts";
import { planImage } from "./plan-image.ts";
import { findReleaseCommand } from "./release-command.ts";
import type { SourceTree } from "./source-tree.ts";
import { findCandidates } from "./workspaces.ts";

const DOCKERFILES = ["Dockerfile", "dockerfile", "Containerfile"];
const DEFAULT_PORT = 8_080;
/** Families in which the port is the image's own affair. */
const FIXED_PORT = new Set(["static", "node-static", "php", "laravel"]);

/** Looks at a project: one thing to launch, several to choose from, or nothing that is known. */
export function scanProject(tree: SourceTree): ScanResult {
  const packages = readPackages(tree);
  const dockerfile = tree.first(DOCKERFILES);
  if (dockerfile !== undefined) return { kind: "detected", detection: detectDockerfile(tree, packages, dockerfile) };
  const candidates: readonly Candidate[] = findCandidates(tree);
  const found = findFramework(tree, packages);
  // A root that only runs its workspaces is no program of its own.
  const isWorkspaceRoot =
    candidates.length > 0 &&
    (found === undefined || found.rule.family.startsWith("node") || found.rule.family === "bun");
  if (isWorkspaceRoot) return { kind: "several", candidates };
  return found === undefined ? { kind: "unknown" } : { kind: "detected", detection: detect(tree, packages, found) };
}

function detectDockerfile(tree: SourceTree, packages: Packages, file: string): Detection {
  const text = tree.text(file) ?? "";
  const exposed = parseExposedPort(text);
  const mounted = /^VOLUME\s{1,8}(?:\[\s{0,8}")?(\/[\w./-]{1,200})/imu.exec(text)?.[1];
  return {
    framework: { value: "Dockerfile", source: file },
    family: "dockerfile",
    port:
      exposed === undefined
        ? { value: DEFAULT_PORT, source: `default, ${file} exposes none` }
        : { value: exposed, source: `EXPOSE in ${file}` },
    processes: new Map(),
    ...(mounted === undefined
      ? {}
      : { volume: { value: { source: "data", destination: mounted }, source: `VOLUME in ${file}` } }),
    databases: findDatabases(tree, packages),
    secrets: findSecrets(tree),
    env: {},
    notes: [],
  };
}

function detect(tree: SourceTree, packages: Packages, found: Found): Detection {
  const { rule, because } = found;
  const fixed = FIXED_PORT.has(rule.family);
  const port = (fixed ? undefined : findPort(tree)) ?? { value: rule.port, source: `default of ${rule.title}` };
  const health =
    rule.family === "static" || rule.family === "node-static"
      ? { value: "/", source: "the start page" }
      : findHealthPath(tree, packages);
  const databases = fixed ? [] : findDatabases(tree, packages);
  const volume = volumeFor(rule.id, databases);
  const procfile = readProcfile(tree);
  const image = planImage({ tree, packages, rule, port: port.value, because, volume: volume?.value.destination });
  const groups = [...procfile].filter(([name]) => name !== "release");
  const release = findReleaseCommand(tree, packages, rule.id) ?? releaseOf(procfile);
  return {
    framework: { value: rule.title, source: because },
    family: rule.family,
    port,
    ...(health === undefined ? {} : { health }),
    processes:
      groups.length > 1 ? new Map(groups.map(([name, value]) => [name, { value, source: "Procfile" }])) : new Map(),
    ...(release === undefined ? {} : { releaseCommand: release }),
    ...(volume === undefined ? {} : { volume }),
    databases,
    secrets: [...frameworkSecrets(tree, rule.id), ...findSecrets(tree)],
    env: databaseEnv(tree, packages, volume?.value.destination),
    ...(rule.killSignal === undefined ? {} : { killSignal: rule.killSignal }),
    image: groups.length === 1 ? withStart(image, groups[0]?.[1] ?? "") : image,
    notes: notesOf(tree, packages, found),
  };
}

/** The single process of a Procfile is what the image starts. */
function withStart(image: ImagePlan, command: string): ImagePlan {
  if (!("start" in image.values)) return image;
  return { ...image, values: { ...image.values, start: execFormOf(command, plainWords(command)) } };
}

function releaseOf(procfile: ReadonlyMap<string, string>): Sourced<string> | undefined {
  const command = procfile.get("release");
  return command === undefined ? undefined : { value: command, source: "Procfile" };
}

function volumeFor(rule: string, databases: readonly Sourced<Database>[]): Detection["volume"] {
  const sqlite = databases.find(({ value }) => value === "SQLite");
  if (sqlite === undefined) return undefined;
  const destination = rule === "rails" ? "/rails/storage" : "/data";
  return { value: { source: "data", destination }, source: `SQLite: ${sqlite.source}` };
}

function databaseEnv(tree: SourceTree, packages: Packages, folder: string | undefined): Record<string, string> {
  if (folder === undefined) return {};
  if (packages.elixir.has("ecto_sqlite3")) return { DATABASE_PATH: `${folder}/${elixirName(tree)}.db` };
  const prisma = tree
    .matching(/(?:^|\/)prisma\/[^/]+\.prisma$/u)
    .some((path) => tree.text(path)?.includes('env("DATABASE_URL")'));
  return prisma ? { DATABASE_URL: `file:${folder}/sqlite.db` } : {};
}

function frameworkSecrets(tree: SourceTree, rule: string): Sourced<string>[] {
  if (rule === "rails") {
    const encrypted = tree.first(["config/credentials.yml.enc", "config/credentials/production.yml.enc"]);
    return [
      encrypted === undefined
        ? { value: "SECRET_KEY_BASE", source: "Rails" }
        : { value: "RAILS_MASTER_KEY", source: encrypted },
    ];
  }
  if (rule === "phoenix") return [{ value: "SECRET_KEY_BASE", source: "Phoenix" }];
  return rule === "laravel" && !tree.has(".env.example") ? [{ value: "APP_KEY", source: "Laravel" }] : [];
}

function notesOf(tree: SourceTree, packages: Packages, { rule }: Found): string[] {
  const has = (name: string): boolean => packages.npm.has(name);
  const siblings = [...packages.npm.values()].some(({ version }) => version.startsWith("workspace:"));
  return [
    ...(rule.id === "sveltekit" && rule.family === "node" && !has("@sveltejs/adapter-node")
      ? ["SvelteKit needs @sveltejs/adapter-node to run as a server"]
      : []),
    ...(rule.id === "remix" && rule.start === undefined && !has("express")
      ? ["Remix needs a server: @remix-run/serve is not among the dependencies"]
      : []),
    ...(siblings
      ? [
          "the package needs others of its workspace, which an image of this folder does not have: write a Dockerfile at the root",
        ]
      : []),
    ...(rule.family === "go" && !tree.has("go.sum") && packages.go.size > 0
      ? ["there is no go.sum: run go mod tidy"]
      : []),
    ...(rule.family === "rails" && !tree.has("Gemfile.lock") ? ["there is no Gemfile.lock: run bundle lock"] : []),
  ];
}

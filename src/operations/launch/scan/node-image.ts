// Pure: how a project with a package.json becomes an image.
import { splitShellWords } from "../../../project/shell-words.ts";
import type { ImagePlan } from "./detection.ts";
import { scriptsOf } from "./find-evidence.ts";
import { envLines, execForm, volumeLine, type ImageInput } from "./image-input.ts";
import { choosePackageManager } from "./node-installer.ts";
import { objectOf, readJsonObject } from "./packages.ts";
import type { SourceTree } from "./source-tree.ts";

const NEWEST_NODE = 24;
const OLDEST_NODE = 18;
const ENTRIES = ["server", "index", "app", "main"].flatMap((name) =>
  ["", "src/", "dist/"].flatMap((folder) => [".js", ".mjs", ".cjs"].map((ext) => `${folder}${name}${ext}`)),
);
/** Scripts that run with an install and may need more than the manifests. */
const INSTALL_SCRIPTS = new Set(["preinstall", "install", "postinstall", "prepare"]);

/** The image of a server on Node, or of files that Node only builds. */
export function planNodeImage(input: ImageInput): ImagePlan {
  const { tree, rule, packages, port } = input;
  const manager = choosePackageManager(tree);
  const scripts = new Map(scriptsOf(tree));
  const start = startOf(input, scripts);
  const needsAll = [...scripts.keys()].some((name) => INSTALL_SCRIPTS.has(name));
  const prisma = packages.npm.has("prisma") || packages.npm.has("@prisma/client");
  const build = [
    ...(prisma ? ["RUN npx prisma generate"] : []),
    ...(scripts.has("build") ? [`RUN ${manager.run} build`] : []),
  ].join("\n");
  const standalone = rule.id === "next" && isStandalone(tree);
  const schema = [
    ...(prisma && tree.paths.some((path) => path.startsWith("prisma/")) ? ["COPY prisma ./prisma"] : []),
    ...(manager.copies ?? []),
    ...(tree.paths.some((path) => path.startsWith("patches/")) ? ["COPY patches ./patches"] : []),
  ].join("\n");
  return {
    template: rule.family === "node-static" ? "node-static" : standalone ? "next-standalone" : "node",
    values: {
      node: String(nodeVersion(tree)),
      system: prisma ? OPENSSL : "",
      manager: manager.setup,
      manifests: needsAll ? "." : manager.manifests.join(" "),
      schema: needsAll ? "" : schema,
      cache: manager.cache,
      install: manager.install,
      build,
      prune: runsDevPackage(tree, start) ? "" : manager.prune,
      env: envLines(input),
      volume: volumeLine(input, "node"),
      port: String(port),
      start: execForm(start),
      output: rule.output ?? "",
    },
  };
}

const OPENSSL = `RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\
    apt-get update && apt-get install --no-install-recommends -y openssl && rm -rf /var/lib/apt/lists/*`;

/** Whether next.config asks for a folder that runs by itself. */
function isStandalone(tree: SourceTree): boolean {
  const config = tree.matching(/^next\.config\.[cm]?[jt]s$/u)[0] ?? "";
  return /\boutput:\s{0,4}["']standalone["']/u.test(tree.text(config) ?? "");
}

/** The words that start the program. */
function startOf({ rule, tree, port }: ImageInput, scripts: ReadonlyMap<string, string>): readonly string[] {
  const production = plainWords(scripts.get("start:prod") ?? "");
  if (rule.id === "nest" && production?.[0] === "node") return production;
  if (rule.start !== undefined) return rule.start.map((word) => word.replace("{port}", String(port)));
  const command = scripts.get("start");
  const words = plainWords(command ?? "");
  if (words?.[0] === "node" || words?.[0] === "bun") return words;
  if (words?.[0] === "nodemon" && words.length === 2) return ["node", words[1] ?? ""];
  if (command !== undefined) return ["npm", "run", "start"];
  const main = readJsonObject(tree, "package.json")?.["main"];
  if (typeof main === "string" && main !== "") return ["node", main];
  return ["node", tree.first(ENTRIES) ?? "index.js"];
}

/** A command as words, where it needs no shell. */
export function plainWords(command: string): readonly string[] | undefined {
  if (command === "" || /[|&;<>()$`*?{}[\]~!\n]|^\w+=/u.test(command)) return undefined;
  return splitShellWords(command);
}

/** Whether the program is started by something that only development installs. */
function runsDevPackage(tree: SourceTree, start: readonly string[]): boolean {
  const dev = objectOf(readJsonObject(tree, "package.json")?.["devDependencies"]) ?? {};
  const script = start[0] === "npm" ? (new Map(scriptsOf(tree)).get("start") ?? "") : start.join(" ");
  return Object.keys(dev).some((name) => script.split(/[\s/]+/u).includes(name));
}

/** The major version of Node that the project asks for; the newest where it leaves the choice. */
function nodeVersion(tree: SourceTree): number {
  const engines = objectOf(readJsonObject(tree, "package.json")?.["engines"])?.["node"];
  const asked =
    tree.text(tree.first([".nvmrc", ".node-version"]) ?? "") ?? (typeof engines === "string" ? engines : "");
  if (asked.length > 100 || /[>*]/u.test(asked)) return NEWEST_NODE;
  const majors = [...asked.matchAll(/(?:^|[\sv^~|])(\d{1,2})\b/gu)].map(([, major]) => Number(major));
  const wanted = Math.max(...majors.filter((major) => major >= OLDEST_NODE), 0);
  return wanted === 0 ? NEWEST_NODE : wanted;
}

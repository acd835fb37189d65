// Pure: images of Bun, Deno and plain files.
import type { ImagePlan } from "./detection.ts";
import { scriptsOf } from "./find-evidence.ts";
import { envLines, execForm, volumeLine, type ImageInput } from "./image-input.ts";
import { plainWords } from "./node-image.ts";
import { objectOf, readJsonObject } from "./packages.ts";

const BUN_ENTRIES = ["index", "server", "app", "main"].flatMap((name) =>
  ["", "src/"].flatMap((folder) => [".ts", ".tsx", ".js"].map((ext) => `${folder}${name}${ext}`)),
);
const DENO_ENTRIES = [
  "main.ts",
  "server.ts",
  "index.ts",
  "app.ts",
  "mod.ts",
  "src/main.ts",
  "src/server.ts",
  "main.js",
];

/** The image of a program that Bun runs. */
export function planBunImage(input: ImageInput): ImagePlan {
  const { tree, port } = input;
  const scripts = new Map(scriptsOf(tree));
  const words = plainWords(scripts.get("start") ?? "");
  const { module, main } = readJsonObject(tree, "package.json") ?? {};
  const entry =
    [module, main].filter((file) => typeof file === "string").find((file) => tree.has(file)) ?? tree.first(BUN_ENTRIES);
  const isWatch = words?.some((word) => word === "--watch" || word === "--hot") ?? false;
  const start =
    words?.[0] === "bun" && !isWatch
      ? words
      : scripts.has("start") && !isWatch
        ? ["bun", "run", "start"]
        : ["bun", "run", entry ?? "index.ts"];
  const locks = ["bun.lock", "bun.lockb"].filter((file) => tree.has(file));
  return {
    template: "bun",
    values: {
      manifests: ["package.json", ...locks, ...["bunfig.toml", ".npmrc"].filter((file) => tree.has(file))].join(" "),
      install: `bun install${locks.length > 0 ? " --frozen-lockfile" : ""}`,
      build: scripts.has("build") ? "RUN bun run build" : "",
      env: envLines(input),
      volume: volumeLine(input, "bun"),
      port: String(port),
      start: execForm(start),
    },
  };
}

/** The image of a program that Deno runs: as its start task says, else its entry with the network and its own files. */
export function planDenoImage(input: ImageInput): ImagePlan {
  const { tree, rule, port } = input;
  const manifest = readJsonc(tree.text(tree.first(["deno.json", "deno.jsonc"]) ?? "") ?? "");
  const tasks = objectOf(manifest?.["tasks"]) ?? {};
  const task = (name: string): string => (typeof tasks[name] === "string" ? tasks[name] : "");
  const entry = tree.first(DENO_ENTRIES) ?? "main.ts";
  const words = plainWords(task("start"));
  const plain =
    words?.[0] === "deno" &&
    ["run", "serve"].includes(words[1] ?? "") &&
    !words.some((word) => word.startsWith("--watch"));
  const fallback = ["deno", "run", "--allow-net", "--allow-env", "--allow-read", entry];
  const fresh = rule.id === "deno-fresh";
  const start = plain ? (words ?? fallback) : fresh ? ["deno", "task", "start"] : fallback;
  return {
    template: "deno",
    values: {
      build: fresh && task("build") !== "" ? "RUN deno task build" : "",
      fetch: tree.has(entry) && !fresh ? `RUN deno cache ${entry}` : "",
      env: envLines(input),
      port: String(port),
      start: execForm(start),
    },
  };
}

/** The image of files that are served as they are. */
export function planStaticImage({ because, port }: ImageInput): ImagePlan {
  const folder = because.includes("/") ? because.slice(0, because.lastIndexOf("/")) : ".";
  return { template: "static", values: { output: folder, port: String(port) } };
}

/** JSON with comments and trailing commas, as deno.jsonc is; undefined where it is broken. */
function readJsonc(text: string): Readonly<Record<string, unknown>> | undefined {
  const bare = text.replaceAll(
    /("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//gu,
    (_, quoted: string | undefined) => quoted ?? "",
  );
  try {
    return objectOf(JSON.parse(bare.replaceAll(/,(?=\s{0,200}[\]}])/gu, "")));
  } catch {
    return undefined;
  }
}

// Remembers which Docker client was chosen and what it builds with: asking all clients starts two programs for each. What is
// remembered holds as long as the same clients and plugins are there; a build that fails asks again.
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { BuilderChoice } from "./docker-builders.ts";
import { readTextIfExists, writeAtomic } from "./files.ts";

export interface BuilderMemory {
  /** What was chosen among these clients; undefined where nothing is known, or not of these. */
  recall(clients: readonly string[]): Promise<BuilderChoice | undefined>;
  /** Never fails: what cannot be kept is asked again. */
  keep(clients: readonly string[], choice: BuilderChoice): Promise<void>;
}

/** Folders where a Docker client looks for its plugins, beside that of its configuration. */
const PLUGIN_FOLDERS = [
  "/usr/local/lib/docker/cli-plugins",
  "/usr/local/libexec/docker/cli-plugins",
  "/usr/lib/docker/cli-plugins",
  "/usr/libexec/docker/cli-plugins",
];
/** Variables that lead a client to another engine, or to other plugins. */
const VARIABLES = ["DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_HOST"];

type Environment = Readonly<Record<string, string | undefined>>;

/** @param file of the user's own, see writeAtomic */
export function openBuilderMemory(file: string, env: Environment): BuilderMemory {
  const config = env["DOCKER_CONFIG"] || path.join(homedir(), ".docker");
  const factsOf = async (clients: readonly string[]): Promise<string> => {
    const plugins = [path.join(config, "cli-plugins"), ...PLUGIN_FOLDERS].map((folder) =>
      path.join(folder, process.platform === "win32" ? "docker-buildx.exe" : "docker-buildx"),
    );
    const files = await Promise.all([...clients, ...plugins].map(printOf));
    return JSON.stringify([files, VARIABLES.map((name) => env[name] ?? "")]);
  };
  return {
    recall: async (clients) => {
      const [facts, text] = await Promise.all([factsOf(clients), readTextIfExists(file).catch(() => undefined)]);
      const kept = text === undefined ? undefined : readKept(text);
      return kept?.facts === facts && clients.includes(kept.choice.client) ? kept.choice : undefined;
    },
    keep: async (clients, choice) => {
      const facts = await factsOf(clients);
      await writeAtomic(file, JSON.stringify({ facts, choice })).catch(() => undefined);
    },
  };
}

/** What tells one version of a file from another. */
async function printOf(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  return found === undefined ? `${file} -` : `${file} ${found.size} ${found.mtimeMs} ${found.ino}`;
}

function readKept(text: string): { readonly facts: string; readonly choice: BuilderChoice } | undefined {
  try {
    const { facts, choice } = JSON.parse(text) as { facts: string; choice: BuilderChoice };
    const isWhole = typeof choice.client === "string" && ["buildkit", "classic"].includes(choice.builder);
    return isWhole ? { facts, choice } : undefined;
  } catch {
    return undefined; // of another version of Hangar, or damaged
  }
}

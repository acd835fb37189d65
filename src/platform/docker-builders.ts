// Finds the Docker clients of this machine and what each can build with. A machine may have several: the first in PATH can
// be one without buildx, which only knows the classic builder, while another has BuildKit inside.
import { constants } from "node:fs";
import { access, realpath } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../errors/app-error.ts";
import type { Builder } from "./build-progress.ts";
import type { exec } from "./exec.ts";

/** A Docker client and the best builder that it can use. */
export interface BuilderChoice {
  /** Path of the client. */
  readonly client: string;
  readonly version: string;
  readonly builder: Builder;
  /** Whether BuildKit comes through the buildx plugin. */
  readonly buildx: boolean;
}

/** From this version on, the client has no BuildKit of its own: it needs the plugin. */
const FIRST_WITHOUT_EMBEDDED_BUILDKIT = 23;

/** All programs named `docker` in PATH, in its order; links to the same program count once. */
export async function findDockerClients(searchPath: string): Promise<string[]> {
  const found = new Map<string, string>();
  for (const folder of searchPath.split(path.delimiter).filter((entry) => entry !== "")) {
    const candidate = path.join(folder, process.platform === "win32" ? "docker.exe" : "docker");
    try {
      await access(candidate, constants.X_OK);
      const target = await realpath(candidate);
      if (!found.has(target)) found.set(target, candidate);
    } catch {
      // not in this folder
    }
  }
  return [...found.values()];
}

/**
 * The richest builder among the clients: BuildKit by the plugin, then BuildKit of an older client, then the classic one.
 * @throws DOCKER_UNAVAILABLE no client, or the engine answers none of them
 */
export async function chooseBuilder(
  clients: readonly string[],
  run: typeof exec,
  signal?: AbortSignal,
): Promise<BuilderChoice> {
  if (clients.length === 0) {
    throw new AppError("DOCKER_UNAVAILABLE", "There is no docker command in PATH", {
      suggestions: ["install Docker: https://docs.docker.com/engine/install/", "hangar doctor"],
    });
  }
  const answers = await Promise.all(clients.map((client) => probe(client, run, signal)));
  const choices = answers.filter((answer) => "builder" in answer);
  const best = choices.toSorted((a, b) => rank(b) - rank(a))[0];
  if (best !== undefined) return best;
  throw new AppError(
    "DOCKER_UNAVAILABLE",
    `No Docker engine answers: ${answers.map((answer) => ("reason" in answer ? answer.reason : "")).find((reason) => reason !== "") ?? clients.join(", ")}`,
    {
      suggestions: ["hangar doctor"],
      details: { clients },
    },
  );
}

function rank(choice: BuilderChoice): number {
  return (choice.builder === "buildkit" ? 2 : 0) + (choice.buildx ? 1 : 0);
}

async function probe(
  client: string,
  run: typeof exec,
  signal?: AbortSignal,
): Promise<BuilderChoice | { readonly reason: string }> {
  const options = { timeoutMs: 20_000, ...(signal === undefined ? {} : { signal }) };
  const [version, buildx] = await Promise.all([
    run(client, ["version", "--format", "{{.Client.Version}} {{.Server.Version}}"], options),
    run(client, ["buildx", "version"], options),
  ]);
  if (version.exitCode !== 0)
    return { reason: version.stderr.split("\n").findLast((line) => line.trim() !== "") ?? "" };
  const clientVersion = version.stdout.split(" ")[0] ?? "";
  const hasBuildx = buildx.exitCode === 0;
  const embedded = Number(clientVersion.split(".")[0]) < FIRST_WITHOUT_EMBEDDED_BUILDKIT;
  return { client, version: clientVersion, builder: hasBuildx || embedded ? "buildkit" : "classic", buildx: hasBuildx };
}

// Pushes an image with the Docker command line, which knows registries, mirrors and proxies as users have set them up.
// Credentials go by a private folder that is the client's configuration for this one run: neither the process list nor the
// user's own configuration sees them.
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { AppError } from "../errors/app-error.ts";
import type { Clock } from "./clock.ts";
import { chooseBuilder } from "./docker-builders.ts";
import type { BuildImageDeps } from "./docker-build.ts";

export interface RegistryCredentials {
  /** Host, and port where there is one. */
  readonly host: string;
  readonly user: string;
  readonly password: string;
}

export interface PushOptions {
  /** Undefined: those of the user's Docker client. */
  readonly credentials?: RegistryCredentials;
  /** The user's own folder of the Docker client: contexts and plugins stay those. */
  readonly configDir: string;
  readonly clock: Pick<Clock, "sleep">;
  readonly signal?: AbortSignal;
  /** How far it is, for people. */
  readonly onProgress?: (text: string) => void;
}

const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 500;
/** Answers that another attempt does not change. */
const FINAL =
  /denied|unauthorized|authentication required|no basic auth|does not exist locally|not found: name unknown/i;
/** What the client prints at the end. */
const DIGEST = /digest: (sha256:[0-9a-f]{64})/;
/** Lines about one layer: twelve digits, and how it stands. */
const LAYER = /^([0-9a-f]{12}): (.+)$/;

/**
 * Pushes an image to the registry that its name says.
 * @returns sha256:… of what the registry has now
 * @throws PUSH_FAILED
 */
export async function pushImage(reference: string, options: PushOptions, deps: BuildImageDeps): Promise<string> {
  const { signal, clock } = options;
  const { client } = await chooseBuilder(await deps.clients(), deps.exec, signal);
  return withCredentials(options, async (env) => {
    for (let attempt = 1; ; attempt += 1) {
      const layers = new Map<string, boolean>();
      const result = await deps.exec(client, ["push", reference], {
        env,
        ...(signal === undefined ? {} : { signal }),
        onLine: (line) => options.onProgress?.(progressOf(line, layers)),
      });
      const digest = DIGEST.exec(result.stdout)?.[1];
      if (result.exitCode === 0 && digest !== undefined) return digest;
      const reason = result.stderr.trim().split("\n").at(-1) ?? "";
      if (attempt === ATTEMPTS || FINAL.test(reason)) throw pushFailed(reference, reason, options.credentials);
      options.onProgress?.(`${reason}; trying again`);
      await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), signal);
    }
  });
}

function pushFailed(reference: string, reason: string, credentials: RegistryCredentials | undefined): AppError {
  return new AppError("PUSH_FAILED", `${reference} could not be pushed: ${reason}`, {
    suggestions:
      credentials === undefined
        ? ["docker login", "name a registry in the image's name: --image registry.example/app:tag"]
        : ["hangar auth whoami", `see whether the token may push to ${credentials.host}`],
  });
}

/** How many layers are there, of those that the client has named so far. */
function progressOf(line: string, layers: Map<string, boolean>): string {
  const [, layer, text = ""] = LAYER.exec(line) ?? [];
  if (layer === undefined) return line;
  layers.set(layer, /^(Pushed|Layer already exists|Mounted from)/.test(text));
  return `${[...layers.values()].filter(Boolean).length}/${layers.size} layers`;
}

async function withCredentials<T>(
  { credentials, configDir }: PushOptions,
  work: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  if (credentials === undefined) return work({});
  // mkdtemp makes a folder that only its owner can enter.
  const folder = await mkdtemp(path.join(tmpdir(), "hangar-docker-"));
  try {
    const { host, user, password } = credentials;
    const auth = Buffer.from(`${user}:${password}`).toString("base64");
    const config = { ...(await settingsOf(configDir)), auths: { [host]: { auth } } };
    await writeFile(path.join(folder, "config.json"), JSON.stringify(config), { mode: 0o600 });
    for (const kept of ["contexts", "cli-plugins"])
      await symlink(path.join(configDir, kept), path.join(folder, kept)).catch(() => undefined);
    return await work({ DOCKER_CONFIG: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What of the user's settings decides which engine is reached and how; not where credentials are. */
async function settingsOf(configDir: string): Promise<Record<string, unknown>> {
  try {
    const own = JSON.parse(await readFile(path.join(configDir, "config.json"), "utf8")) as Record<string, unknown>;
    const names = ["currentContext", "HttpHeaders", "proxies"];
    return Object.fromEntries(names.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]])));
  } catch {
    return {};
  }
}

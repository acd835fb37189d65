// Builds an image with the Docker command line, because contexts, credential helpers and ignore files work there as users
// know them. Which file to build from is decided elsewhere.
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildError, type BuildReport, failedAtRegistry, reportBuild } from "./build-failure.ts";
import { type Builder, type BuildStep, readBuildProgress } from "./build-progress.ts";
import type { BuilderMemory } from "./builder-memory.ts";
import { type BuilderChoice, chooseBuilder, findDockerClients } from "./docker-builders.ts";
import { AppError } from "../errors/app-error.ts";
import { exec } from "./exec.ts";

export interface BuildImageInput {
  /** Folder that is sent to the builder. */
  readonly contextDir: string;
  /** Absolute path of the Dockerfile; it may be outside of the context. */
  readonly dockerfile: string;
  readonly tag: string;
  readonly target?: string | undefined;
  readonly args: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Values by ID that steps mount with `--mount=type=secret`; the classic builder cannot. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Build every step anew. */
  readonly noCache?: boolean;
  /** Absolute path of a file to use in place of `.dockerignore`; the classic builder cannot. */
  readonly ignorefile?: string | undefined;
  /** Called when the builder runs: what else there is to do can be done meanwhile. */
  readonly onBegin?: () => void;
  /** Each line as the builder prints it, and notices of our own that start with `hangar: `. */
  readonly onLine?: (line: string) => void;
  /** Each step when it begins and when it ends. */
  readonly onStep?: (step: BuildStep) => void;
  readonly signal?: AbortSignal;
}

export interface BuiltImage {
  readonly imageId: string;
  readonly builder: Builder;
  /** Path of the Docker client that was used. */
  readonly client: string;
  readonly seconds: number;
}

export interface BuildImageDeps {
  readonly exec: typeof exec;
  /** Paths of the Docker clients to choose from, best known first. */
  readonly clients: () => Promise<readonly string[]>;
  /** Absent: all clients are asked each time. */
  readonly memory?: BuilderMemory;
}

/** The real thing: the clients in the given PATH. */
export function dockerBuildDeps(searchPath: string, memory?: BuilderMemory): BuildImageDeps {
  return { exec, clients: () => findDockerClients(searchPath), ...(memory === undefined ? {} : { memory }) };
}

/**
 * Builds an image and tags it. A build that BuildKit fails only because a registry cannot be reached is tried once more
 * with the classic builder, which asks for nothing that the engine already has.
 * @throws BUILD_FAILED with the step and its last lines; IMAGE_NOT_FOUND, DISK_FULL, DOCKER_UNAVAILABLE; the signal's reason
 */
export async function buildImage(input: BuildImageInput, deps: BuildImageDeps): Promise<BuiltImage> {
  const clients = await deps.clients();
  const recalled = await deps.memory?.recall(clients);
  if (recalled === undefined) return buildWith(await choose(clients, input, deps), input, deps);
  try {
    return await buildWith(recalled, input, deps);
  } catch (error) {
    input.signal?.throwIfAborted();
    // What was remembered may be so no longer: then it is no failure of the build.
    const choice = await choose(clients, input, deps);
    if (choice.client === recalled.client && choice.builder === recalled.builder) throw error;
    return buildWith(choice, input, deps);
  }
}

async function choose(
  clients: readonly string[],
  { signal }: BuildImageInput,
  deps: BuildImageDeps,
): Promise<BuilderChoice> {
  const choice = await chooseBuilder(clients, deps.exec, signal);
  await deps.memory?.keep(clients, choice);
  return choice;
}

async function buildWith(choice: BuilderChoice, input: BuildImageInput, deps: BuildImageDeps): Promise<BuiltImage> {
  const scratch = await mkdtemp(path.join(tmpdir(), "hangar-build-"));
  if (choice.builder === "classic")
    input.onLine?.(
      "hangar: the classic builder is used, which has no secrets, cache mounts or ignorefile: install docker-buildx",
    );
  try {
    const first = await runBuild(input, deps, choice, choice.builder, scratch);
    if ("imageId" in first) return first;
    if (choice.builder === "classic" || !failedAtRegistry(first)) throw buildError(first, input.tag);
    input.onLine?.(
      "hangar: BuildKit cannot reach the registry; trying the classic builder with the images that are here",
    );
    const second = await runBuild(input, deps, choice, "classic", scratch);
    if ("imageId" in second) return second;
    throw buildError(second, input.tag);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function runBuild(
  input: BuildImageInput,
  deps: BuildImageDeps,
  choice: BuilderChoice,
  builder: Builder,
  scratch: string,
): Promise<BuiltImage | BuildReport> {
  const idFile = path.join(scratch, "image-id");
  requireSecrets(input, builder);
  const dockerfile = await withIgnorefile(input, builder, scratch);
  const lines: string[] = [];
  const progress = readBuildProgress(builder);
  const running = deps.exec(choice.client, buildArguments({ ...input, dockerfile }, builder, idFile), {
    env: { ...buildEnvironment(input.args, builder), ...secretEnvironment(input.secrets ?? {}) },
    ...(input.signal === undefined ? {} : { signal: input.signal }),
    onLine: (line) => {
      lines.push(line);
      const event = progress.push(line);
      if (event?.kind === "step") input.onStep?.(event.step);
      input.onLine?.(line);
    },
  });
  input.onBegin?.();
  const result = await running;
  if (result.exitCode !== 0) return reportBuild(builder, lines);
  const imageId = (await readFile(idFile, "utf8")).trim();
  return { imageId, builder, client: choice.client, seconds: Math.round(result.durationMs) / 1_000 };
}

/** @throws BUILD_FAILED where the build wants secrets and the builder has none: it would fail later, in other words */
function requireSecrets({ secrets = {}, tag }: BuildImageInput, builder: Builder): void {
  if (builder === "buildkit" || Object.keys(secrets).length === 0) return;
  throw new AppError(
    "BUILD_FAILED",
    `${tag} cannot be built: build secrets need BuildKit, and there is the classic builder only`,
    {
      suggestions: ["install docker-buildx", "hangar doctor"],
    },
  );
}

/** The arguments of `docker`. Values of build arguments stay out of them, because everybody can read the process list. */
export function buildArguments(input: BuildImageInput, builder: Builder, idFile: string): string[] {
  return [
    "build",
    // Without --force-rm the classic builder leaves the container of a failed step behind.
    ...(builder === "buildkit" ? ["--progress=plain"] : ["--force-rm"]),
    "--file",
    input.dockerfile,
    "--tag",
    input.tag,
    "--iidfile",
    idFile,
    ...(input.target === undefined ? [] : ["--target", input.target]),
    ...(input.noCache === true ? ["--no-cache"] : []),
    ...Object.keys(input.secrets ?? {}).flatMap((id, index) =>
      builder === "buildkit" ? ["--secret", `id=${id},env=${secretVariable(index)}`] : [],
    ),
    ...Object.entries(input.args).flatMap(([name, value]) => [
      "--build-arg",
      steersClient(name) ? `${name}=${value}` : name,
    ]),
    ...Object.entries(input.labels ?? {}).flatMap(([name, value]) => ["--label", `${name}=${value}`]),
    input.contextDir,
  ];
}

/** The environment of `docker`, from which it takes the build arguments that are given by name alone. */
export function buildEnvironment(
  args: Readonly<Record<string, string>>,
  builder: Builder,
): Record<string, string | undefined> {
  return {
    ...Object.fromEntries(Object.entries(args).filter(([name]) => !steersClient(name))),
    DOCKER_BUILDKIT: builder === "buildkit" ? "1" : "0",
    // A builder that runs in a container of its own sees none of the engine's images.
    BUILDX_BUILDER: undefined,
  };
}

/** Secrets go to the client by its environment: the process list is everybody's, and a file might stay. */
function secretEnvironment(secrets: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.values(secrets).map((value, index) => [secretVariable(index), value]));
}

const secretVariable = (index: number): string => `HANGAR_BUILD_SECRET_${index + 1}`;

/** Whether a variable of this name would change what the client itself does. */
function steersClient(name: string): boolean {
  return /^(PATH|HOME|USER|TMPDIR|TERM|LANG|HOSTNAME)$|^(DOCKER|BUILDX|BUILDKIT|XDG|SSH|SSL|LD|GO[A-Z]*|OTEL|LC)(_|$)|^GODEBUG$|_PROXY$/iu.test(
    name,
  );
}

/** BuildKit reads `<Dockerfile>.dockerignore` before the context's own, so a copy of both side by side stands for any other name. */
async function withIgnorefile(input: BuildImageInput, builder: Builder, scratch: string): Promise<string> {
  if (builder === "classic") {
    if (input.ignorefile !== undefined)
      input.onLine?.("hangar: the classic builder reads .dockerignore only; build.ignorefile is left out");
    return withoutCaches(input, scratch);
  }
  if (input.ignorefile === undefined) return input.dockerfile;
  const dockerfile = path.join(scratch, "Dockerfile");
  await copyFile(input.dockerfile, dockerfile);
  await copyFile(input.ignorefile, `${dockerfile}.dockerignore`);
  return dockerfile;
}

/** The classic builder knows no mounts. One for a cache changes only how long a build takes, so it builds without. */
async function withoutCaches(input: BuildImageInput, scratch: string): Promise<string> {
  const text = await readFile(input.dockerfile, "utf8").catch(() => "");
  const bare = withoutCacheMounts(text);
  if (bare === text) return input.dockerfile;
  input.onLine?.("hangar: the classic builder has no cache mounts; they are left out");
  const dockerfile = path.join(scratch, "Dockerfile");
  await writeFile(dockerfile, bare);
  return dockerfile;
}

/** A Dockerfile without its `--mount=type=cache` options. */
export function withoutCacheMounts(dockerfile: string): string {
  return dockerfile.replaceAll(/^([ \t]*RUN[ \t]+)((?:--mount=\S+[ \t]+)+)/gimu, (_, run: string, mounts: string) => {
    const others = mounts
      .trim()
      .split(/[ \t]+/u)
      .filter((mount) => !/^--mount=(?:\S+,)?type=cache(?:,|$)/u.test(mount));
    return [run.trimEnd(), ...others, ""].join(" ");
  });
}

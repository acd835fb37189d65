// The adapters of commands that act on a planet or an engine. Everything is loaded when a command asks for it.
import { fileURLToPath } from "node:url";
import type { ContainerRuntime } from "../emulator/runtime/container-runtime.ts";
import type { PlanetAccessDeps } from "../operations/planet/planet-access.ts";
import type { UpDeps } from "../operations/planet/up.ts";
import type { BuilderMemory } from "../platform/builder-memory.ts";
import type { BuildImageInput } from "../platform/docker-build.ts";
import type { AuthorityHomeDeps } from "../operations/certs/authority-home.ts";
import type { AuthorityMaterial } from "../platform/x509.ts";
import type { ProgressReporter } from "../operations/progress.ts";
import type { Context } from "./context.ts";

export interface Engine {
  readonly runtime: ContainerRuntime;
  /** The engine's socket as the daemon's host sees it. */
  readonly daemonSocket: string;
  /** Who said where the engine is, for people. */
  readonly source: string;
  /** Does beforehand what the first operation costs beside the engine's own time. */
  readonly preload: () => void;
}

/** What is needed to talk to the planet that the command is about. */
export async function planetAccessDeps(context: Context): Promise<PlanetAccessDeps> {
  const [{ openPlanetHome }, { connectPlanet }, { httpFetch }, stateDir] = await Promise.all([
    import("../operations/planet/planet-home.ts"),
    import("../client/planet-client.ts"),
    import("../platform/http-fetch.ts"),
    context.stateDir(),
  ]);
  const { clock, signal } = context;
  return {
    home: openPlanetHome(stateDir, context.planet),
    connect: (options) => connectPlanet({ ...options, fetch: httpFetch, clock, random: Math.random }),
    signal,
  };
}

/** What the user's certificate authority needs; the library is loaded where one is made. */
export async function authorityDeps(context: Context): Promise<AuthorityHomeDeps> {
  const create = async (): Promise<AuthorityMaterial> => {
    const [{ createAuthority }, { hostname, userInfo }] = await Promise.all([
      import("../platform/x509.ts"),
      import("node:os"),
    ]);
    return createAuthority(
      `Hangar development (${userInfo().username}@${hostname()})`.slice(0, 64),
      context.clock.now(),
    );
  };
  return { stateDir: await context.stateDir(), create };
}

/** The container engine of this machine; connects at its first use. */
export async function engineOf(context: Context): Promise<Engine> {
  const [{ createDockerRuntime, preloadLibrary }, { daemonSocketPath, findDockerEndpoint }, files] = await Promise.all([
    import("../emulator/runtime/docker/docker-runtime.ts"),
    import("../platform/docker-socket.ts"),
    context.files(),
  ]);
  const { env, home, platform } = context;
  const { address, source } = await findDockerEndpoint({
    env,
    home,
    platform,
    readText: files.readTextIfExists,
    exists: files.exists,
  });
  return {
    runtime: createDockerRuntime(address),
    daemonSocket: daemonSocketPath(address, platform),
    source,
    preload: () => void preloadLibrary().catch(() => undefined), // who needs it is told
  };
}

/** Root of this installation. The bundle stands in dist/ or dist/chunks/, the sources in src/cli/. */
export async function installationRoot(context: Context): Promise<string> {
  const files = await context.files();
  for (const up of ["..", "../..", "../../.."]) {
    const folder = fileURLToPath(new URL(up, import.meta.url));
    if (await files.exists(`${folder}/templates/images/planet/Dockerfile`)) return folder;
  }
  return fileURLToPath(new URL("..", import.meta.url));
}

/** What is remembered of this machine's Docker clients. */
export async function builderMemoryOf(context: Context): Promise<BuilderMemory> {
  const [{ openBuilderMemory }, stateDir] = await Promise.all([
    import("../platform/builder-memory.ts"),
    context.stateDir(),
  ]);
  return openBuilderMemory(`${stateDir}/docker-builder.json`, context.env);
}

/** How a build tells its progress: the steps of the Dockerfile, and what Hangar itself has to say about it. */
export function buildReports(progress: ProgressReporter, id: string): Pick<BuildImageInput, "onLine" | "onStep"> {
  return {
    onLine: (line) => {
      if (line.startsWith("hangar: ")) progress.log(line);
    },
    onStep: ({ name, position, state }) => {
      if (state === "running" && position !== undefined)
        progress.update(id, `${position.index}/${position.total} ${name}`);
    },
  };
}

/** What `up` needs, and `deploy` where it brings the planet up. */
export async function upDeps(context: Context, progress: ProgressReporter): Promise<UpDeps> {
  const [
    access,
    { runtime, daemonSocket },
    { isPortFree },
    { hostRoutes },
    { ensurePlanetImage, ownArchitecture, planetImageTag },
    { buildImage, dockerBuildDeps },
    { openAuthorityHome },
    root,
  ] = await Promise.all([
    planetAccessDeps(context),
    engineOf(context),
    context.ports(),
    import("../platform/host-routes.ts"),
    import("../operations/planet/planet-image.ts"),
    import("../platform/docker-build.ts"),
    import("../operations/certs/authority-home.ts"),
    installationRoot(context),
  ]);
  return {
    ...access,
    runtime,
    daemonSocket: () => daemonSocket,
    isPortFree,
    hostRoutes,
    clock: context.clock,
    progress,
    likelyImage: () => planetImageTag({ root, architecture: ownArchitecture() }),
    authority: async () => openAuthorityHome(await authorityDeps(context)).ensure(),
    ensureImage: async () =>
      ensurePlanetImage({
        root,
        architecture: (await runtime.info()).architecture,
        hasImage: async (tag) => (await runtime.imageId(tag)) !== undefined,
        build: async (contextDir, dockerfile, tag) => {
          await buildImage(
            { contextDir, dockerfile, tag, args: {}, ...buildReports(progress, "image"), signal: context.signal },
            dockerBuildDeps(context.env["PATH"] ?? "", await builderMemoryOf(context)),
          );
        },
        progress,
      }),
  };
}

// What the engine is, and its images.
import type { ImageInspectInfo } from "dockerode";
import { AppError } from "../../../errors/app-error.ts";
import type { ContainerRuntime, ImageInfo } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { engineError } from "./errors.ts";
import { createLineSplitter } from "./frames.ts";
import { chunksOf } from "./streams.ts";

/** The API of Engine 20.10. */
const MIN_API_VERSION = [1, 41] as const;

/** Whether an engine of this API version is older than what Hangar needs. */
export function isTooOld(apiVersion: string): boolean {
  const [major = 0, minor = 0] = apiVersion.split(".").map(Number);
  return major < MIN_API_VERSION[0] || (major === MIN_API_VERSION[0] && minor < MIN_API_VERSION[1]);
}

type EngineOperations = Pick<ContainerRuntime, "info" | "imageId" | "inspectImage" | "pullImage" | "tagImage">;

/** The operations on the engine itself and on images. */
export function createEngineOperations(client: EngineClient): EngineOperations {
  return {
    info: async () => {
      const [version, info] = await client.call("describe itself", (docker) =>
        Promise.all([docker.version(), docker.info()]),
      );
      if (isTooOld(version.ApiVersion)) {
        throw new AppError(
          "DOCKER_TOO_OLD",
          `The Docker engine at ${client.endpoint} is version ${version.Version} (API ${version.ApiVersion})`,
          {
            suggestions: ["install Docker Engine 20.10 or newer"],
            details: { version: version.Version, apiVersion: version.ApiVersion },
          },
        );
      }
      const facts = info as {
        OperatingSystem: string;
        Architecture: string;
        NCPU: number;
        MemTotal: number;
        DockerRootDir: string;
        SecurityOptions?: readonly string[] | null;
      };
      return {
        version: version.Version,
        apiVersion: version.ApiVersion,
        operatingSystem: facts.OperatingSystem,
        architecture: facts.Architecture,
        cpus: facts.NCPU,
        memoryBytes: facts.MemTotal,
        rootless: (facts.SecurityOptions ?? []).some((option) => option.startsWith("name=rootless")),
        dataRoot: facts.DockerRootDir,
      };
    },
    imageId: async (reference) => (await inspect(client, reference))?.Id,
    inspectImage: async (reference) => {
      const found = await inspect(client, reference);
      return found === undefined ? undefined : describeImage(found);
    },
    tagImage: async (id, reference) => {
      const colon = reference.lastIndexOf(":");
      await client.call(`name image "${id}" ${reference}`, (docker) =>
        docker.getImage(id).tag({ repo: reference.slice(0, colon), tag: reference.slice(colon + 1) }),
      );
    },
    pullImage: async (reference) => {
      try {
        await pull(client, reference);
      } catch (thrown) {
        // whatever the registry's reason, the image cannot be had
        if (!(thrown instanceof AppError) || thrown.code !== "DOCKER_FAILED") throw thrown;
        throw new AppError("IMAGE_NOT_FOUND", thrown.message, {
          cause: thrown,
          details: { ...thrown.details, reference },
        });
      }
    },
  };
}

const inspect = (client: EngineClient, reference: string): Promise<ImageInspectInfo | undefined> =>
  client.callUnless([404], `inspect image "${reference}"`, (docker) => docker.getImage(reference).inspect());

/** What the engine says of an image; what the image leaves out is empty. */
function describeImage({ Id, Config, RepoDigests }: ImageInspectInfo): ImageInfo {
  // Engine 28 leaves out what is empty, 20.10 gives null
  const config = Config as Partial<ImageInspectInfo["Config"]> & { StopSignal?: string };
  const words = (value: string | string[] | null | undefined): readonly string[] =>
    typeof value === "string" ? [value] : (value ?? []);
  return {
    id: Id,
    entrypoint: words(config.Entrypoint),
    command: words(config.Cmd),
    env: Object.fromEntries(
      (config.Env ?? []).map((pair) => [pair.split("=", 1)[0] ?? "", pair.slice(pair.indexOf("=") + 1)]),
    ),
    user: config.User ?? "",
    workingDir: config.WorkingDir ?? "",
    stopSignal: config.StopSignal ?? "",
    repoDigests: RepoDigests ?? [],
  };
}

async function pull(client: EngineClient, reference: string): Promise<void> {
  const doing = `pull image "${reference}"`;
  await client.call(doing, async (docker) => {
    const progress = createLineSplitter();
    const stream = await docker.pull(reference);
    for await (const chunk of chunksOf(stream, undefined)) {
      for (const line of progress.push(chunk)) {
        const failure = (JSON.parse(line) as { error?: string }).error;
        if (failure !== undefined) throw engineError(doing, { json: { message: failure } }, client.endpoint);
      }
    }
  });
}

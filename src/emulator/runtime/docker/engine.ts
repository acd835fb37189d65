// What the engine is, its images and its volumes.
import { AppError } from "../../../errors/app-error.ts";
import type { ContainerRuntime } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { engineError } from "./errors.ts";
import { createLineSplitter } from "./frames.ts";
import { labelFilter } from "./networks.ts";
import { chunksOf } from "./streams.ts";

/** The API of Engine 20.10. */
const MIN_API_VERSION = [1, 41] as const;

/** Whether an engine of this API version is older than what Hangar needs. */
export function isTooOld(apiVersion: string): boolean {
  const [major = 0, minor = 0] = apiVersion.split(".").map(Number);
  return major < MIN_API_VERSION[0] || (major === MIN_API_VERSION[0] && minor < MIN_API_VERSION[1]);
}

type EngineOperations = Pick<
  ContainerRuntime,
  "info" | "createVolume" | "removeVolume" | "listVolumes" | "imageId" | "pullImage" | "tagImage"
>;

/** The operations on the engine itself, on volumes and on images. */
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
    createVolume: async (name, labels) => {
      await client.call(`create volume "${name}"`, (docker) =>
        docker.createVolume({ Name: name, Labels: { ...labels } }),
      );
    },
    removeVolume: async (name) => {
      await client.callUnless([404], `remove volume "${name}"`, (docker) => docker.getVolume(name).remove());
    },
    listVolumes: async (labels) => {
      const listed = await client.call("list volumes", (docker) =>
        docker.listVolumes({ filters: labelFilter(labels) }),
      );
      return (listed.Volumes ?? []).map(({ Name }) => Name);
    },
    imageId: async (reference) =>
      (await client.callUnless([404], `inspect image "${reference}"`, (docker) => docker.getImage(reference).inspect()))
        ?.Id,
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

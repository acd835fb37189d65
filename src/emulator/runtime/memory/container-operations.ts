// The container operations of the in-memory engine.
import { join } from "node:path/posix";
import { AppError } from "../../../errors/app-error.ts";
import type { ContainerRuntime, ContainerSpec } from "../container-runtime.ts";
import { describeContainer, type FileContent, type MemoryContainer } from "./container-table.ts";
import { isRunning } from "./process-life.ts";
import { refusals } from "./refusals.ts";
import type { MemoryWorld } from "./world.ts";

const DEFAULT_STOP_SECONDS = 10;
const DEFAULT_EXEC_TIMEOUT_MS = 30_000;

type ContainerOperations = Pick<
  ContainerRuntime,
  | "createContainer"
  | "startContainer"
  | "stopContainer"
  | "signalContainer"
  | "pauseContainer"
  | "unpauseContainer"
  | "removeContainer"
  | "inspectContainer"
  | "listContainers"
  | "processes"
  | "usage"
  | "writtenBytes"
  | "updateLimits"
  | "putFiles"
  | "getFile"
  | "findFile"
  | "exec"
  | "logs"
>;

/** The names of the volumes that a container mounts. */
export function volumesOf({ mounts = [] }: ContainerSpec): string[] {
  return mounts.flatMap((mount) => ("volume" in mount ? [mount.volume] : []));
}

/** Bytes of all files together. */
export function bytesOf(files: ReadonlyMap<string, FileContent>): number {
  return [...files.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0);
}

/** What users of the engine may do with containers. */
export function createContainerOperations(world: MemoryWorld): ContainerOperations {
  const { clock, images, volumes, containers, networks, life, enter } = world;
  /** Where a file of a container is kept: in the volume mounted above it, else in the container. */
  const placeOf = (
    { spec, files }: MemoryContainer,
    path: string,
  ): { files: Map<string, FileContent>; path: string } => {
    const mount = spec.mounts?.find(({ target }) => path.startsWith(`${target}/`));
    const volume = mount !== undefined && "volume" in mount ? volumes.get(mount.volume) : undefined;
    return mount === undefined || volume === undefined
      ? { files, path }
      : { files: volume.files, path: path.slice(mount.target.length) };
  };
  const contentOf = (id: string, at: string): Uint8Array | undefined => {
    const container = containers.find(id);
    if (container === undefined) return undefined;
    const place = placeOf(container, at);
    const content = place.files.get(place.path);
    return typeof content === "string" ? Buffer.from(content) : content;
  };
  return {
    createContainer: async (spec) => {
      await enter("createContainer");
      const program = images.get(spec.image);
      if (program === undefined) throw refusals.noImage(spec.image);
      // the first network is looked up at the start, the others when they are connected, as the engine does
      for (const { network } of spec.networks.slice(1))
        if (!networks.has(network)) throw refusals.noSuch("network", network);
      const container = containers.add(spec, program);
      for (const volume of volumesOf(spec))
        if (!volumes.has(volume)) volumes.set(volume, { labels: {}, files: new Map() });
      return container.id;
    },
    startContainer: async (id, { stdin } = {}) => {
      await enter("startContainer");
      life.start(containers.get(id), stdin);
    },
    stopContainer: async (id, { signal, timeoutSeconds = DEFAULT_STOP_SECONDS } = {}) => {
      await enter("stopContainer");
      const container = containers.find(id);
      if (container !== undefined)
        await life.stop(container, signal ?? container.spec.stopSignal ?? "SIGTERM", timeoutSeconds * 1000);
    },
    signalContainer: async (id, signal) => {
      await enter("signalContainer");
      life.signal(containers.get(id), signal);
    },
    pauseContainer: async (id) => {
      await enter("pauseContainer");
      life.setPaused(containers.get(id), true);
    },
    unpauseContainer: async (id) => {
      await enter("unpauseContainer");
      life.setPaused(containers.get(id), false);
    },
    removeContainer: async (id) => {
      await enter("removeContainer");
      const container = containers.find(id);
      if (container === undefined) return;
      container.stopRequested = true;
      if (isRunning(container)) life.signal(container, "SIGKILL");
      containers.drop(container);
      container.log.endFollowers();
      life.emit(container, "destroy");
    },
    inspectContainer: async (id) => {
      await enter("inspectContainer");
      const container = containers.find(id);
      return container === undefined ? undefined : describeContainer(container);
    },
    listContainers: async (labels) => {
      await enter("listContainers");
      return containers.withLabels(labels).map((container) => {
        const { id, name, labels: own, state, image, networks: attached } = describeContainer(container);
        return { id, name, labels: own, state, image, networks: attached };
      });
    },
    processes: async (id) => {
      await enter("processes");
      const container = containers.get(id);
      if (!isRunning(container)) throw refusals.notRunning(id);
      const { pid, spec, usage } = container;
      const command = [...(spec.entrypoint ?? [spec.image]), ...(spec.command ?? [])].join(" ");
      const user = spec.user ?? "root";
      const cpuSeconds = Math.floor(usage.cpuNs / 1e9);
      return [{ pid, parentPid: 1, user, residentBytes: usage.memoryBytes, cpuSeconds, command }];
    },
    usage: async (id) => {
      await enter("usage");
      const container = containers.get(id);
      if (!isRunning(container)) return undefined;
      return { ...container.usage, memoryLimitBytes: (container.limits.memoryMb ?? 0) * 1024 ** 2, pids: 1 };
    },
    writtenBytes: async (labels) => {
      await enter("writtenBytes");
      return new Map(containers.withLabels(labels).map(({ id, files }) => [id, bytesOf(files)]));
    },
    updateLimits: async (id, limits) => {
      await enter("updateLimits");
      const container = containers.get(id);
      container.limits = { ...container.limits, ...limits };
    },
    putFiles: async (id, files) => {
      await enter("putFiles");
      const container = containers.get(id);
      for (const { path, content } of files) {
        const place = placeOf(container, path);
        place.files.set(place.path, content);
      }
    },
    getFile: async (id, path) => {
      await enter("getFile");
      return contentOf(id, path);
    },
    findFile: async (id, folder, names) => {
      await enter("findFile");
      const content = contentOf(id, join(folder, ...names));
      if (content === undefined) return undefined;
      return {
        ...{ bytes: content.length, modifiedMs: 0 },
        content: async function* () {
          yield content;
        },
      };
    },
    exec: async (id, command, options = {}) => {
      const { timeoutMs = DEFAULT_EXEC_TIMEOUT_MS } = options;
      await enter("exec");
      const container = containers.get(id);
      if (container.state !== "running") throw refusals.notRunning(id);
      const { program } = container;
      const result =
        program.kind === "runs" && program.exec !== undefined
          ? program.exec(command, options)
          : { exitCode: 0, stdout: "", stderr: "" };
      if (result !== undefined) return result;
      await clock.sleep(timeoutMs);
      throw new AppError("DEADLINE", `"${command.join(" ")}" did not end within ${timeoutMs} ms in container "${id}"`, {
        details: { timeoutMs },
      });
    },
    async *logs(id, readOptions) {
      if (readOptions.signal?.aborted === true) return;
      await enter("logs");
      const container = containers.get(id);
      yield* container.log.read(readOptions, isRunning(container));
    },
  };
}

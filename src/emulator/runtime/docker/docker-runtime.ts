// The container runtime on a Docker engine, put together from the files of this folder, which alone use dockerode.
import type { ContainerRuntime } from "../container-runtime.ts";
import { createEngineClient, type DockerEndpoint } from "./client.ts";
import { createCommandOperations } from "./commands.ts";
import { createContainerOperations } from "./containers.ts";
import { createEngineOperations } from "./engine.ts";
import { createEventOperations } from "./events.ts";
import { createExecOperations } from "./exec.ts";
import { createFileOperations } from "./files.ts";
import { createFindFile } from "./find-file.ts";
import { createLogOperations } from "./logs.ts";
import { createNetworkOperations } from "./networks.ts";
import { createObserveOperations } from "./observe.ts";
import { createVolumeOperations } from "./volumes.ts";

export { preloadLibrary } from "./client.ts";

/**
 * A runtime on the engine at the endpoint (default: the default socket). Makes no request and loads no Docker library
 * until its first operation; holds no connection that would keep the process alive but for open logs and events.
 * @example createDockerRuntime({ socketPath: "/var/run/docker.sock" })
 */
export function createDockerRuntime(endpoint: DockerEndpoint = {}): ContainerRuntime {
  const client = createEngineClient(endpoint);
  return {
    ...createEngineOperations(client),
    ...createVolumeOperations(client),
    ...createNetworkOperations(client),
    ...createContainerOperations(client),
    ...createObserveOperations(client),
    ...createFileOperations(client),
    findFile: createFindFile(client),
    ...createExecOperations(client),
    ...createCommandOperations(client),
    ...createLogOperations(client),
    ...createEventOperations(client),
  };
}

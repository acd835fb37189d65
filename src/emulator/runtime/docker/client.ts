// The connection to the engine: loads dockerode when it is first used and converts what it throws. What is asked of the
// engine is decided in the other files of this folder.
import type Docker from "dockerode";
import { engineError } from "./errors.ts";

/** Where the engine listens; both absent: the default socket. The environment is not read. */
export interface DockerEndpoint {
  readonly socketPath?: string;
  readonly host?: {
    readonly protocol: "http" | "https";
    readonly hostname: string;
    readonly port: number;
    readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
  };
}

export interface EngineClient {
  /** Where the engine is looked for, for people. */
  readonly endpoint: string;
  /** Runs `work` and turns what it throws into an AppError; `doing` names what was asked, as in `start container "x"`. */
  call<T>(doing: string, work: (docker: Docker) => Promise<T>): Promise<T>;
  /** As call, but undefined when the engine answered with one of the statuses: 304 already so, 404 gone, 409 in progress. */
  callUnless<T>(
    statuses: readonly number[],
    doing: string,
    work: (docker: Docker) => Promise<T>,
  ): Promise<T | undefined>;
}

const DEFAULT_SOCKET = "/var/run/docker.sock";

function describeEndpoint(endpoint: DockerEndpoint): string {
  const { host } = endpoint;
  return host === undefined
    ? (endpoint.socketPath ?? DEFAULT_SOCKET)
    : `${host.protocol}://${host.hostname}:${host.port}`;
}

/** The options that keep dockerode from falling back to DOCKER_HOST and friends, which win over what is left out. */
function dockerodeOptions(endpoint: DockerEndpoint): Docker.DockerOptions {
  const { host } = endpoint;
  const explicit =
    host === undefined
      ? {
          socketPath: endpoint.socketPath ?? DEFAULT_SOCKET,
          host: undefined,
          port: undefined,
          protocol: "http",
          pathPrefix: "/",
        }
      : {
          socketPath: undefined,
          host: host.hostname,
          port: host.port,
          protocol: host.protocol,
          pathPrefix: "/",
          ca: host.tls?.ca,
          cert: host.tls?.cert,
          key: host.tls?.key,
        };
  return explicit as Docker.DockerOptions;
}

/** Loads the library before it is needed, while something else is waited for. */
export async function preloadLibrary(): Promise<void> {
  await import("dockerode");
}

/** Connects on first use; makes no request by itself. */
export function createEngineClient(options: DockerEndpoint): EngineClient {
  const endpoint = describeEndpoint(options);
  let loading: Promise<Docker> | undefined;
  // dockerode brings ssh2 and grpc (about 110 ms): only commands that reach this line pay for it
  const load = async (): Promise<Docker> => {
    const { default: Dockerode } = await import("dockerode");
    return new Dockerode(dockerodeOptions(options));
  };
  const call: EngineClient["call"] = async (doing, work) => {
    try {
      return await work(await (loading ??= load()));
    } catch (thrown) {
      throw engineError(doing, thrown, endpoint);
    }
  };
  return {
    endpoint,
    call,
    callUnless: (statuses, doing, work) =>
      call(doing, async (docker) => {
        try {
          return await work(docker);
        } catch (thrown) {
          if (statuses.includes((thrown as { statusCode?: number } | null)?.statusCode ?? 0)) return undefined;
          throw thrown;
        }
      }),
  };
}

// Finds where the Docker engine listens, by the same rules as the docker command, and where its socket is for the
// daemon itself. Only looks: connecting is the container runtime's part.
import { createHash } from "node:crypto";
import path from "node:path";
import { AppError } from "../errors/app-error.ts";

export interface DockerTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** What createDockerRuntime takes. */
export type DockerAddress =
  | { readonly socketPath: string }
  | {
      readonly host: {
        readonly protocol: "http" | "https";
        readonly hostname: string;
        readonly port: number;
        readonly tls?: DockerTls;
      };
    };

export interface FoundDocker {
  readonly address: DockerAddress;
  /** Who said so, for people: `DOCKER_HOST`, `docker context "colima"`, `Podman`. */
  readonly source: string;
}

export interface DockerSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** The file's text, or undefined when there is none. */
  readonly readText: (file: string) => Promise<string | undefined>;
  readonly exists: (file: string) => Promise<boolean>;
}

const DEFAULT_SOCKET = "/var/run/docker.sock";
const WINDOWS_PIPE = "//./pipe/docker_engine";
const PLAIN_PORT = 2375;
const TLS_PORT = 2376;

/**
 * The engine to use: DOCKER_HOST, else the current docker context, else the first socket that exists. With none of them
 * the default socket, so that connecting says what is wrong.
 * @throws DOCKER_UNAVAILABLE the address is not one Hangar can use (ssh), or the named context does not exist
 */
export async function findDockerEndpoint(sources: DockerSources): Promise<FoundDocker> {
  const { env, home } = sources;
  const configFolder = nonEmpty(env["DOCKER_CONFIG"]) ?? path.posix.join(home, ".docker");
  const fromEnv = nonEmpty(env["DOCKER_HOST"]);
  if (fromEnv !== undefined) {
    const certificates = nonEmpty(env["DOCKER_CERT_PATH"]) ?? configFolder;
    const tls = nonEmpty(env["DOCKER_TLS_VERIFY"]) === undefined ? undefined : await readTls(certificates, sources);
    return { address: parseDockerHost(fromEnv, "DOCKER_HOST", tls), source: "DOCKER_HOST" };
  }
  const context = nonEmpty(env["DOCKER_CONTEXT"]) ?? (await currentContext(configFolder, sources));
  if (context !== undefined && context !== "default") return readContext(context, configFolder, sources);
  for (const { file, source } of candidateSockets(sources)) {
    if (await sources.exists(file)) return { address: { socketPath: file }, source };
  }
  return { address: { socketPath: sources.platform === "win32" ? WINDOWS_PIPE : DEFAULT_SOCKET }, source: "default" };
}

/**
 * The path of the engine's socket as the daemon sees it, which is what a container has to mount. A daemon in a virtual
 * machine (Docker Desktop, Colima and friends; everything on macOS and Windows) has its own at the usual place.
 */
export function daemonSocketPath(address: DockerAddress, platform: NodeJS.Platform): string {
  if (!("socketPath" in address)) return DEFAULT_SOCKET;
  const { socketPath } = address;
  if (/\/podman\/(?:machine\/)?podman[^/]*\.sock$/.test(socketPath))
    return platform === "linux" ? socketPath : "/run/podman/podman.sock";
  if (platform !== "linux") return DEFAULT_SOCKET;
  return /\/\.docker\/(?:desktop|run)\/|\/\.?colima\/|\/\.lima\/|\/\.rd\//.test(socketPath)
    ? DEFAULT_SOCKET
    : socketPath;
}

/**
 * An address in the form of DOCKER_HOST.
 * @throws DOCKER_UNAVAILABLE
 */
export function parseDockerHost(text: string, source: string, tls: DockerTls | undefined): DockerAddress {
  const unusable = (why: string): AppError =>
    new AppError("DOCKER_UNAVAILABLE", `The address "${text}" from ${source} cannot be used: ${why}`, {
      suggestions: ["docker context ls", "unset DOCKER_HOST", "hangar doctor"],
      details: { address: text, source },
    });
  const [, scheme = "tcp", rest = text] = /^([a-z]+):\/\/(.*)$/s.exec(text) ?? [];
  if (scheme === "unix") return { socketPath: rest === "" ? DEFAULT_SOCKET : rest };
  if (scheme === "npipe") return { socketPath: rest === "" ? WINDOWS_PIPE : rest };
  if (scheme !== "tcp" && scheme !== "http" && scheme !== "https") {
    throw unusable(
      scheme === "ssh" ? "the planet needs an engine on this machine" : "only unix, npipe and tcp are known",
    );
  }
  const secure = scheme === "https" || tls !== undefined;
  const url = URL.canParse(`http://${rest}`) ? new URL(`http://${rest}`) : undefined;
  if (url === undefined || url.hostname === "") throw unusable("it names no host");
  // URL drops the port that is the scheme's own
  const written = /:(\d+)(?:\/|$)/.exec(rest)?.[1];
  const port = written === undefined ? (secure ? TLS_PORT : PLAIN_PORT) : Number(written);
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  return { host: { protocol: secure ? "https" : "http", hostname, port, ...(tls === undefined ? {} : { tls }) } };
}

function candidateSockets({ env, home, platform }: DockerSources): { file: string; source: string }[] {
  if (platform === "win32") return [];
  const runtimeDir = nonEmpty(env["XDG_RUNTIME_DIR"]);
  const inHome = (file: string): string => path.posix.join(home, file);
  return [
    { file: DEFAULT_SOCKET, source: "default socket" },
    ...(runtimeDir === undefined
      ? []
      : [{ file: path.posix.join(runtimeDir, "docker.sock"), source: "rootless Docker" }]),
    { file: inHome(".docker/run/docker.sock"), source: "Docker Desktop" },
    { file: inHome(".docker/desktop/docker.sock"), source: "Docker Desktop" },
    { file: inHome(".colima/default/docker.sock"), source: "Colima" },
    { file: inHome(".config/colima/default/docker.sock"), source: "Colima" },
    { file: inHome(".orbstack/run/docker.sock"), source: "OrbStack" },
    { file: inHome(".rd/docker.sock"), source: "Rancher Desktop" },
    ...(runtimeDir === undefined
      ? []
      : [{ file: path.posix.join(runtimeDir, "podman/podman.sock"), source: "Podman" }]),
    { file: inHome(".local/share/containers/podman/machine/podman.sock"), source: "Podman" },
    { file: "/run/podman/podman.sock", source: "Podman" },
  ];
}

async function currentContext(configFolder: string, { readText }: DockerSources): Promise<string | undefined> {
  const config = parseObject(await readText(path.posix.join(configFolder, "config.json")));
  const name = config?.["currentContext"];
  return typeof name === "string" ? nonEmpty(name) : undefined;
}

async function readContext(name: string, configFolder: string, sources: DockerSources): Promise<FoundDocker> {
  const source = `docker context "${name}"`;
  // the docker command keeps each context in a folder named by the hash of its name
  const id = createHash("sha256").update(name).digest("hex");
  const meta = parseObject(await sources.readText(path.posix.join(configFolder, "contexts", "meta", id, "meta.json")));
  const host = (meta?.["Endpoints"] as { docker?: { Host?: unknown } } | undefined)?.docker?.Host;
  if (typeof host !== "string" || host === "") {
    throw new AppError("DOCKER_UNAVAILABLE", `The ${source} does not exist or names no engine`, {
      suggestions: ["docker context ls", "docker context use default"],
      details: { context: name },
    });
  }
  const tlsFolder = path.posix.join(configFolder, "contexts", "tls", id, "docker");
  return { address: parseDockerHost(host, source, await readTls(tlsFolder, sources)), source };
}

async function readTls(folder: string, { readText }: DockerSources): Promise<DockerTls | undefined> {
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "cert.pem", "key.pem"].map((name) => readText(path.posix.join(folder, name))),
  );
  return ca === undefined || cert === undefined || key === undefined ? undefined : { ca, cert, key };
}

/** A damaged file counts as none: the docker command's own settings are not ours to judge. */
function parseObject(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}

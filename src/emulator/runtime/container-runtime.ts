// The port to the container engine, in our own words. Two implementations pass the same contract suite: docker/ (the
// engine) and memory/ (for tests of everything above it).
import type { ContainerSpec, Limits, Attachment } from "./container-spec.ts";

export type { Attachment, ContainerSpec, Limits } from "./container-spec.ts";

export interface EngineInfo {
  readonly version: string;
  readonly apiVersion: string;
  readonly operatingSystem: string;
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly rootless: boolean;
  /** Where the daemon keeps its data, as the daemon sees it. */
  readonly dataRoot: string;
}

export interface NetworkSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly subnet4: string;
  readonly bridge4: string;
  readonly subnet6?: string;
  readonly bridge6?: string;
  /** Default routes that containers on the network get; absent: the bridge. */
  readonly gateway4?: string;
  readonly gateway6?: string;
  /** Routed networks have no masquerade, and carry packets of other networks' addresses (wan delivers those). */
  readonly routed: boolean;
}

export interface NetworkInfo {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly subnets: readonly string[];
}

/** What is between two runs (the engine's "restarting") counts as exited, what is being removed as dead. */
export type ContainerState = "created" | "running" | "paused" | "exited" | "dead";

export interface ContainerInfo {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: ContainerState;
  readonly image: string;
  /** Names of the networks it is attached to. */
  readonly networks: readonly string[];
}

export interface ContainerDetail extends ContainerInfo {
  readonly pid: number;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** What the engine said when it could not start the program; empty otherwise. */
  readonly error: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** What an image says about what runs in it. */
export interface ImageInfo {
  readonly id: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workingDir: string;
  /** Empty where the image names none. */
  readonly stopSignal: string;
  readonly repoDigests: readonly string[];
}

export interface ProcessInfo {
  /** As the engine's host counts. */
  readonly pid: number;
  readonly parentPid: number;
  readonly user: string;
  readonly residentBytes: number;
  readonly cpuSeconds: number;
  readonly command: string;
}

export interface ContainerUsage {
  /** CPU time used since the start. */
  readonly cpuNs: number;
  /** Without the page cache that can be dropped. */
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly pids: number;
}

export interface LogLine {
  readonly stream: "stdout" | "stderr";
  /** RFC 3339 with nanoseconds, as the engine gives it. */
  readonly timestamp: string;
  readonly text: string;
}

export interface ContainerEvent {
  readonly action: "start" | "die" | "oom" | "destroy" | "pause" | "unpause";
  readonly containerId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly exitCode?: number;
  /** With die: whether the kernel ended one of its processes for want of memory, as far as the engine knows by then. */
  readonly oomKilled?: boolean;
  readonly timeMs: number;
}

export interface ExecOptions {
  readonly timeoutMs?: number;
  /** Everything the command reads; absent: nothing to read. */
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workingDir?: string;
}

export interface CommandOptions extends Omit<ExecOptions, "timeoutMs" | "stdin"> {
  /** With it, the command has a terminal of this size in characters, and all it prints is stdout. */
  readonly terminal?: TerminalSize;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A command that runs while it is talked to. */
export interface RunningCommand {
  /** What it prints, until it ends; to be read once. Not reading on holds the command back. */
  output(): AsyncIterable<{ readonly stream: "stdout" | "stderr"; readonly bytes: Uint8Array }>;
  /** Resolves when the engine has taken it; what a command no longer reads is dropped. */
  write(bytes: Uint8Array): Promise<void>;
  endInput(): void;
  resize(size: TerminalSize): Promise<void>;
  /** After its output has ended. */
  exitCode(): Promise<number>;
  /** Lets go of it; engines do not end it. */
  release(): void;
}

/** A file or folder of a container. */
export interface PathInfo {
  readonly name: string;
  readonly kind: "file" | "folder" | "link" | "other";
  readonly size: number;
  readonly mode: number;
}

/** What works on volumes: a container of its own, without a network, that is gone afterwards. */
export interface VolumeWorker {
  /** An image with sh, find, cp and du. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * What Hangar asks of a container engine. Missing things are no surprise: remove*, stop and disconnect of what is gone
 * succeed, and so do start, stop, pause, unpause, connect and disconnect of what is in that state already.
 * @throws DOCKER_UNAVAILABLE the engine does not answer
 * @throws DOCKER_FAILED the engine refused (details.statusCode says how: 404 for something that is not there). Where it
 * refused for one of these reasons, instead: PORT_TAKEN, IMAGE_NOT_FOUND, DISK_FULL, TUN_UNAVAILABLE; ADDRESS_CLASH
 * (the subnet overlaps another network); CONFLICT (name or address in use, container not running, volume or network
 * in use); MACHINE_START_FAILED (the image has no such program)
 */
/** A file of a container, not read yet. */
export interface FoundFile {
  readonly bytes: number;
  /** When it was written last, in ms since the epoch. */
  readonly modifiedMs: number;
  /** To be read once; whoever stops reading lets go of it. @throws DOCKER_FAILED it is another one by now */
  content(): AsyncIterable<Uint8Array>;
}

export interface ContainerRuntime {
  /** @throws DOCKER_TOO_OLD older than Engine 20.10 */
  info(): Promise<EngineInfo>;
  createNetwork(spec: NetworkSpec): Promise<void>;
  removeNetwork(name: string): Promise<void>;
  listNetworks(labels?: Readonly<Record<string, string>>): Promise<NetworkInfo[]>;
  connect(container: string, attachment: Attachment): Promise<void>;
  disconnect(container: string, network: string): Promise<void>;
  createContainer(spec: ContainerSpec): Promise<string>;
  /**
   * With `stdin` (for containers made with it): what the program reads, before the end of its input; the caller is told
   * nothing about how much of it the program took.
   */
  startContainer(id: string, options?: { readonly stdin?: string | Uint8Array }): Promise<void>;
  /** Sends the signal (default: the container's), then SIGKILL after the timeout. */
  stopContainer(id: string, options?: { readonly signal?: string; readonly timeoutSeconds?: number }): Promise<void>;
  /** @throws CONFLICT the container is not running */
  signalContainer(id: string, signal: string): Promise<void>;
  /** Freezes all processes of a running container, memory kept. */
  pauseContainer(id: string): Promise<void>;
  unpauseContainer(id: string): Promise<void>;
  /** Ends it if it runs, with its unnamed volumes. */
  removeContainer(id: string): Promise<void>;
  /** Takes effect at once, in any state; limits that are absent stay. */
  updateLimits(id: string, limits: Limits): Promise<void>;
  inspectContainer(id: string): Promise<ContainerDetail | undefined>;
  /** @throws CONFLICT the container is not running */
  processes(id: string): Promise<ProcessInfo[]>;
  /** Undefined when it is not running. */
  usage(id: string): Promise<ContainerUsage | undefined>;
  /** Bytes that each container with these labels has written beside its volumes, by ID. The engine counts holes as full. */
  writtenBytes(labels: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, number>>;
  listContainers(labels: Readonly<Record<string, string>>): Promise<ContainerInfo[]>;
  /** Writes files into a created or running container; paths absolute, folders are made, everything belongs to root. */
  putFiles(
    id: string,
    files: readonly { readonly path: string; readonly content: string | Uint8Array; readonly mode: number }[],
  ): Promise<void>;
  /** The content of a file of a container in any state, from its volumes too; undefined where there is none. */
  getFile(id: string, path: string): Promise<Uint8Array | undefined>;
  /**
   * A regular file below a folder of a container. Undefined where there is none, and where a link stands on the way from
   * the folder to it.
   */
  findFile(id: string, folder: string, names: readonly string[]): Promise<FoundFile | undefined>;
  /**
   * Runs a command in a running container and keeps at most 64 KB of each stream.
   * @throws DEADLINE it did not end in time; it may go on running, engines cannot end it
   */
  exec(id: string, command: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Starts a command in a running container and leaves its streams to the caller. */
  openCommand(id: string, command: readonly string[], options?: CommandOptions): Promise<RunningCommand>;
  /** What is at a path of a container; links are not followed. Undefined where there is nothing. */
  inspectPath(id: string, path: string): Promise<PathInfo | undefined>;
  /** A tar archive of a file, or of a folder with all that is in it; undefined where there is nothing. */
  readArchive(id: string, path: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Unpacks a tar archive in a folder that is there. What is there under the same names is replaced. */
  writeArchive(id: string, folder: string, archive: AsyncIterable<Uint8Array>): Promise<void>;
  /** Ends on abort, and with the container. A line longer than 64 KB comes in pieces. */
  logs(
    id: string,
    options: {
      readonly follow: boolean;
      readonly tail?: number;
      readonly since?: string;
      readonly signal?: AbortSignal;
    },
  ): AsyncIterable<LogLine>;
  /**
   * Resolves when subscribed: whatever happens after that is reported, so that listing next leaves no gap. The iterable
   * ends on abort and throws DOCKER_UNAVAILABLE when the engine goes away; subscribing again is the caller's affair.
   */
  events(labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<AsyncIterable<ContainerEvent>>;
  createVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
  removeVolume(name: string): Promise<void>;
  listVolumes(labels: Readonly<Record<string, string>>): Promise<string[]>;
  /**
   * Gives a volume everything that is in another one, with owners and times, and nothing else. Both have to be there.
   * A copy to it that is under way, also one of a caller that is no more, is waited for and not begun again.
   * @returns bytes that the files of the copy take
   */
  copyVolume(from: string, to: string, worker: VolumeWorker): Promise<number>;
  /** Bytes that the files of each of these volumes take. */
  volumeUsage(names: readonly string[], worker: VolumeWorker): Promise<ReadonlyMap<string, number>>;
  /** The image's ID, or undefined where the engine does not have it. */
  imageId(reference: string): Promise<string | undefined>;
  inspectImage(reference: string): Promise<ImageInfo | undefined>;
  pullImage(reference: string): Promise<void>;
  /** Gives an image another name; the name moves if another image had it. @throws IMAGE_NOT_FOUND */
  tagImage(id: string, reference: string): Promise<void>;
}

// What a container is made of, in our own words. Only types.

export interface Attachment {
  readonly network: string;
  readonly address4?: string;
  readonly address6?: string;
}

/** A port on 127.0.0.1 of the host. */
export interface PublishedPort {
  readonly hostPort: number;
  readonly containerPort: number;
  /** Absent: TCP. */
  readonly protocol?: "udp";
}

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The first one is attached at creation; the others before the start. */
  readonly networks: readonly Attachment[];
  /**
   * Name or ID of a container whose network it shares: networks, hostname, DNS servers, hosts and ports are that one's,
   * which has to run when this one is started.
   */
  readonly networkOf?: string;
  readonly hostname?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
  readonly group?: string;
  readonly workingDir?: string;
  readonly limits?: Limits;
  /** Size of /dev/shm; absent: the engine's 64 MB. */
  readonly shmMb?: number;
  readonly ulimits?: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  /** Folders in memory, empty at each start; what they hold counts against the memory limit. */
  readonly tmpfs?: readonly { readonly target: string; readonly sizeMb?: number; readonly mode?: number }[];
  readonly tty?: boolean;
  /** Keeps standard input open for what startContainer is given; it ends when that is read. */
  readonly stdin?: boolean;
  readonly stopSignal?: string;
  readonly dnsServers?: readonly string[];
  readonly extraHosts?: readonly string[];
  readonly mounts?: readonly (
    | { readonly volume: string; readonly target: string; readonly readOnly?: boolean }
    | { readonly hostPath: string; readonly target: string }
  )[];
  readonly publish?: readonly PublishedPort[];
  readonly restartAlways?: boolean;
  /** Only infrastructure has these. */
  readonly netAdmin?: boolean;
  readonly devices?: readonly string[];
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly readOnlyRoot?: boolean;
  readonly init?: boolean;
}

/** What a container may use. Absent: as much as there is. */
export interface Limits {
  readonly memoryMb?: number;
  /** On top of the memory; 0 where absent and the memory is limited. */
  readonly swapMb?: number;
  readonly cpu?: { readonly periodUs: number; readonly quotaUs: number };
  /** Processes and threads. */
  readonly pids?: number;
}

import type { RegionCounts } from "./region-counts.ts";
import type { Table } from "./values.ts";

/** `[build]`: what to make the image from. */
export interface BuildSection {
  /** Use this image and build nothing. */
  readonly image?: string | undefined;
  /** Path relative to the folder of the configuration file. */
  readonly dockerfile?: string | undefined;
  readonly ignorefile?: string | undefined;
  readonly target?: string | undefined;
  readonly args: Readonly<Record<string, string>>;
  /** A builder that is no Dockerfile (buildpacks, the old built-in ones), named so that it can be refused in words. */
  readonly otherBuilder?: string | undefined;
  /** `[build.compose]`: where the containers of a machine are written; `file` absent: under one of the usual names. */
  readonly compose?: { readonly file?: string | undefined } | undefined;
  readonly compression?: "gzip" | "zstd" | undefined;
  readonly compressionLevel?: number | undefined;
}

/** `[deploy]` */
export interface DeploySection {
  readonly strategy?: "canary" | "rolling" | "immediate" | "bluegreen" | undefined;
  /** Below 1 a fraction of the machines, from 1 on a number of them. */
  readonly maxUnavailable?: number | undefined;
  readonly waitTimeoutMs?: number | undefined;
  readonly releaseCommand?: string | undefined;
  readonly releaseCommandTimeoutMs?: number | undefined;
  readonly releaseCommandVm?: VmSection | undefined;
  readonly seedCommand?: string | undefined;
}

/** A health check, of a service or of its own. Absent values are the platform's defaults. */
export interface CheckSection {
  readonly type: "tcp" | "http";
  /** Only for checks of their own; absent: the port of `[http_service]`. */
  readonly port?: number | undefined;
  readonly intervalMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly gracePeriodMs?: number | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly protocol?: string | undefined;
  readonly tlsSkipVerify?: boolean | undefined;
  readonly tlsServerName?: string | undefined;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** Process groups; empty: the default group. */
  readonly processes: readonly string[];
}

/** A public port of a service, or a range of them. */
export interface PortSection {
  readonly port?: number | undefined;
  readonly startPort?: number | undefined;
  readonly endPort?: number | undefined;
  readonly handlers: readonly string[];
  readonly forceHttps?: boolean | undefined;
  /** Options that are handed on as they are written. */
  readonly tlsOptions?: Table | undefined;
  readonly httpOptions?: Table | undefined;
  readonly proxyProtoOptions?: Table | undefined;
}

/** When a machine counts as loaded and as full. */
export interface ConcurrencySection {
  readonly type?: string | undefined;
  readonly softLimit?: number | undefined;
  readonly hardLimit?: number | undefined;
}

/** `[http_service]` or one of `[[services]]`. */
export interface ServiceSection {
  readonly origin: "http_service" | "services";
  readonly protocol: "tcp" | "udp";
  readonly internalPort: number;
  readonly autostop?: boolean | "off" | "stop" | "suspend" | undefined;
  readonly autostart?: boolean | undefined;
  readonly minMachinesRunning?: number | undefined;
  readonly ports: readonly PortSection[];
  readonly concurrency?: ConcurrencySection | undefined;
  /** TCP checks first. */
  readonly checks: readonly CheckSection[];
  readonly machineChecks: readonly MachineCheckSection[];
  /** Process groups; empty: the default group. */
  readonly processes: readonly string[];
}

/** One of `[[vm]]`: the size of the machines. */
export interface VmSection {
  readonly size?: string | undefined;
  readonly memoryMb?: number | undefined;
  readonly cpus?: number | undefined;
  readonly cpuKind?: string | undefined;
  readonly gpuKind?: string | undefined;
  readonly gpus?: number | undefined;
  readonly maxMemoryMb?: number | undefined;
  readonly hostDedicationId?: string | undefined;
  readonly kernelArgs?: readonly string[] | undefined;
  readonly persistRootfs?: "never" | "restart" | "always" | undefined;
  /** Process groups; empty: all that no other section names. */
  readonly processes: readonly string[];
}

/** One of `[[mounts]]`: the volume of a process group. */
export interface MountSection {
  readonly source: string;
  readonly destination: string;
  readonly initialSizeGb?: number | undefined;
  readonly snapshotRetentionDays?: number | undefined;
  readonly scheduledSnapshots?: boolean | undefined;
  /** Percentage of use from which on it grows. */
  readonly extendThresholdPercent?: number | undefined;
  readonly extendByGb?: number | undefined;
  readonly extendLimitGb?: number | undefined;
  readonly processes: readonly string[];
}

/** One of `[[files]]`: exactly one of the three sources counts, in this order. */
export interface FileSection {
  readonly guestPath: string;
  /** Relative to the folder of the project. */
  readonly localPath?: string | undefined;
  readonly secretName?: string | undefined;
  /** In base64. */
  readonly rawValue?: string | undefined;
  readonly processes: readonly string[];
}

/** One of `[[statics]]`, which hold for all groups. */
export interface StaticSection {
  readonly guestPath: string;
  readonly urlPrefix: string;
  readonly tigrisBucket?: string | undefined;
  readonly indexDocument?: string | undefined;
}

/** One of `[[metrics]]`. */
export interface MetricsSection {
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  readonly https?: boolean | undefined;
  readonly processes: readonly string[];
}

/** One of `[[machine_checks]]`: a program run in a machine of its own. */
export interface MachineCheckSection {
  readonly command: readonly string[];
  readonly image?: string | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly killSignal?: string | undefined;
  readonly killTimeoutMs?: number | undefined;
}

/** One of `[[restart]]`. */
export interface RestartSection {
  readonly policy: "always" | "never" | "on-failure";
  readonly maxRetries?: number | undefined;
  readonly processes: readonly string[];
}

/** `[experimental]`: what the image's own start command is replaced by. */
export interface InitSection {
  readonly cmd?: readonly string[] | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly exec?: readonly string[] | undefined;
}

/** The configuration of an app as its file says it: read and checked, with the platform's defaults not yet filled in. */
export interface AppConfig {
  /** The name of the file, for messages. */
  readonly file: string;
  readonly app?: string | undefined;
  readonly primaryRegion?: string | undefined;
  readonly killSignal?: string | undefined;
  readonly killTimeoutMs?: number | undefined;
  readonly swapSizeMb?: number | undefined;
  readonly consoleCommand?: string | undefined;
  readonly hostDedicationId?: string | undefined;
  /** JSON, or the path of a `.json` file, that the configuration of machines starts from. */
  readonly machineConfig?: string | undefined;
  /** Container that runs the built image. */
  readonly container?: string | undefined;
  readonly build: BuildSection;
  readonly env: Readonly<Record<string, string>>;
  readonly deploy: DeploySection;
  /** The one of `[http_service]` first. */
  readonly services: readonly ServiceSection[];
  readonly checks: Readonly<Record<string, CheckSection>>;
  /** Process group to command, as written. */
  readonly processes: Readonly<Record<string, string>>;
  readonly init: InitSection;
  readonly vm: readonly VmSection[];
  readonly mounts: readonly MountSection[];
  readonly restart: readonly RestartSection[];
  readonly files: readonly FileSection[];
  readonly statics: readonly StaticSection[];
  readonly metrics: readonly MetricsSection[];
  readonly machineChecks: readonly MachineCheckSection[];
  /** Regions that the file names under `[hangar]`, of all groups together. */
  readonly regions: readonly string[];
  /** `[hangar.regions]`: how many machines where. Absent for the older form, a list of regions without numbers. */
  readonly regionCounts?: RegionCounts | undefined;
  /** The whole file as it is written, overlays laid over it. */
  readonly raw: Table;
}

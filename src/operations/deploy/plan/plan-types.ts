// What a plan is. A value that goes through JSON unchanged, so that it can be shown, kept in a file and carried out later.
import type { Machine, MachineConfig } from "../../../contract/machine.ts";

export type Strategy = "rolling" | "immediate" | "canary" | "bluegreen";
export const STRATEGIES: readonly Strategy[] = ["rolling", "canary", "bluegreen", "immediate"];

/** A volume as far as a plan needs it. */
export interface PlanVolume {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly attachedTo?: string | undefined;
  readonly sizeGb: number;
  /** False where its host does not answer. */
  readonly reachable: boolean;
}

/** A volume that the configuration wants each machine of a group to have. */
export interface MountWish {
  readonly name: string;
  readonly path: string;
  /** Size of a new one in GB; undefined: what the flag says, else 1. */
  readonly initialSizeGb?: number | undefined;
  /** Days that snapshots of a new one are kept; undefined: as the target has it. */
  readonly snapshotRetentionDays?: number | undefined;
  /** Whether snapshots of a new one are made every day; undefined: as the target has it. */
  readonly scheduledSnapshots?: boolean | undefined;
  /** What the wire says about the mount beside name, path and volume. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What the configuration wants of one process group. */
export interface GroupWish {
  readonly name: string;
  /** Without mounts: which volume each machine gets is the plan's to say. */
  readonly config: MachineConfig;
  /** Whether the file says the size; where it does not, machines that exist keep theirs. */
  readonly sizeGiven: boolean;
  readonly mounts: readonly MountWish[];
  /** Machines that try each changed machine of the group out, one after the other; see testOf. */
  readonly tests?: readonly MachineConfig[];
  /** Number of machines by region, where the file declares it. */
  readonly counts?: Readonly<Record<string, number>> | undefined;
}

export interface PlanOptions {
  /** Region of a new group that nothing else places. */
  readonly primaryRegion: string;
  /** Regions that have to have a machine of each group. */
  readonly regions: readonly string[];
  /** Whether these regions are the file's and not a flag's: nobody asked for them just now. */
  readonly regionsDeclared: boolean;
  readonly strategy: Strategy;
  /** Share of a group's machines that may be away at a time (below 1), or their number. */
  readonly maxUnavailable: number;
  /** New groups get a second machine, or a standby where they have no services. */
  readonly ha: boolean;
  /** No new groups, no new regions. */
  readonly updateOnly: boolean;
  /** Replace machines too that run exactly this already. */
  readonly force: boolean;
  readonly excludeRegions: readonly string[];
  readonly onlyMachines: readonly string[];
  readonly excludeMachines: readonly string[];
  /** Only these groups; empty: all. */
  readonly processGroups: readonly string[];
  readonly volumeInitialSizeGb?: number | undefined;
}

/** The machine that runs a command once before anything changes: a release command, or a seed command. */
export interface ReleaseCommand {
  /** As the file says it. */
  readonly command: string;
  readonly region: string;
  readonly config: MachineConfig;
  readonly timeoutMs: number;
}

export interface PlanInput {
  readonly app: string;
  readonly image: string;
  readonly machines: readonly Machine[];
  readonly volumes: readonly PlanVolume[];
  readonly groups: readonly GroupWish[];
  /** Version of the newest release; 0 before the first. */
  readonly release: number;
  readonly options: PlanOptions;
  readonly releaseCommand?: ReleaseCommand | undefined;
  /** Run after the release command of a first deploy. */
  readonly seedCommand?: ReleaseCommand | undefined;
  /** Milliseconds that a machine has to become healthy. */
  readonly waitTimeoutMs: number;
}

interface StepBase {
  readonly group: string;
  readonly region: string;
  /** Why, for people: a clause that fits after "because". */
  readonly reason: string;
}

/** A volume made before the machine that gets it. */
export interface CreateVolumeStep extends StepBase {
  readonly op: "create-volume";
  /** How steps refer to it until it has an ID. */
  readonly key: string;
  readonly name: string;
  readonly sizeGb: number;
  readonly snapshotRetentionDays?: number;
  readonly scheduledSnapshots?: boolean;
}
export interface CreateStep extends StepBase {
  readonly op: "create";
  readonly key: string;
  /** Mounts name volumes by ID or by the key of a create-volume step. */
  readonly config: MachineConfig;
  /** Made, and not started. */
  readonly skipLaunch: boolean;
  /** Key of the create step, or ID of the machine, that this one stands by for. */
  readonly standbyFor?: string;
}
export interface UpdateStep extends StepBase {
  readonly op: "update";
  readonly machine: string;
  readonly config: MachineConfig;
  readonly skipLaunch: boolean;
}
/** Destroyed and made anew: the ID changes. */
export interface ReplaceStep extends StepBase {
  readonly op: "replace";
  readonly machine: string;
  readonly config: MachineConfig;
  readonly skipLaunch: boolean;
}
export interface DestroyStep extends StepBase {
  readonly op: "destroy";
  readonly machine: string;
}
export interface KeepStep extends StepBase {
  readonly op: "keep";
  readonly machine: string;
}
export type Step = CreateVolumeStep | CreateStep | UpdateStep | ReplaceStep | DestroyStep | KeepStep;

/** Something that a deploy does only when somebody agreed to it. */
export interface Question {
  readonly kind: "group-removed" | "volume-detached" | "count-changed" | "app-created";
  readonly text: string;
}

/** What the plan was made for, by machine: `instance state cordoned`. */
export interface PlannedWorld {
  readonly release: number;
  readonly machines: Readonly<Record<string, string>>;
  readonly volumes: Readonly<Record<string, string>>;
}

export interface DeployPlan {
  readonly format: 1;
  readonly app: string;
  readonly image: string;
  readonly strategy: Strategy;
  readonly maxUnavailable: number;
  /** No machine of the app is looked after yet. */
  readonly firstDeploy: boolean;
  /** In the order in which they are carried out, as far as the strategy does not say otherwise. */
  readonly steps: readonly Step[];
  readonly questions: readonly Question[];
  readonly releaseCommand?: ReleaseCommand;
  readonly seedCommand?: ReleaseCommand;
  readonly waitTimeoutMs: number;
  /** What was wanted, so that it can be deployed again. */
  readonly groups: readonly GroupWish[];
  readonly world: PlannedWorld;
}

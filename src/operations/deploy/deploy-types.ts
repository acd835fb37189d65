// What a deploy is given, what it works with, and what comes out.
import type { MachineConfig } from "../../contract/machine.ts";
import type { GitState } from "../../contract/release.ts";
import type { Clock } from "../../platform/clock.ts";
import type { RegionNames } from "../../project/wanted-regions.ts";
import type { LoadedAppConfig } from "../config/load-app-config.ts";
import type { ProgressReporter } from "../progress.ts";
import type { Doors } from "../status/read-status.ts";
import type { TargetName } from "../target/target.ts";
import type { AddressMode } from "./fly/first-addresses.ts";
import type { TargetFleet } from "./execute/fleet.ts";
import type { DeployedMachine } from "./execute/run.ts";
import type { BuildOptions, ObtainImageDeps } from "./obtain-image.ts";
import type { CostEstimate } from "./plan/cost.ts";
import type { DeployPlan, PlanOptions, Question, Strategy } from "./plan/plan-types.ts";

export interface DeployInput {
  readonly loaded: LoadedAppConfig;
  /** Name of the app; the file's where absent. */
  readonly app?: string;
  readonly regions: readonly string[];
  readonly build?: BuildOptions;
  /** An image to deploy instead of building one. */
  readonly image?: string;
  readonly waitTimeoutMs?: number;
  /** Replace machines too that run exactly this already. */
  readonly force?: boolean;
  readonly strategy?: Strategy;
  readonly maxUnavailable?: number;
  readonly filters?: Partial<
    Pick<
      PlanOptions,
      | "ha"
      | "updateOnly"
      | "excludeRegions"
      | "onlyMachines"
      | "excludeMachines"
      | "processGroups"
      | "volumeInitialSizeGb"
    >
  >;
  /** Addresses that the first deploy to Fly.io allocates. */
  readonly addresses?: AddressMode;
  readonly skipReleaseCommand?: boolean;
  readonly releaseCommandTimeoutMs?: number;
  /** Keep what a failed deploy has changed. */
  readonly noRollback?: boolean;
  readonly smokeChecks?: boolean;
  readonly detach?: boolean;
  /** Seconds after which a deploy whose program was killed counts as cut short. */
  readonly leaseTtlS?: number;
  /** Only obtain the image. */
  readonly buildOnly?: boolean;
  /** Push the image to the registry that its name says. */
  readonly push?: boolean;
  /** Only make the plan. */
  readonly dryRun?: boolean;
  /** Carry this plan out instead of making one. */
  readonly plan?: DeployPlan;
  /** Somebody agreed to what the plan asks. */
  readonly agreed?: boolean;
  /** Why there is a new release; `deploy` where absent. */
  readonly reason?: string;
  /** What machines get in place of what the file says. */
  readonly adapt?: (config: MachineConfig) => MachineConfig;
}

export interface Deployer {
  readonly user: string;
  readonly program: string;
  readonly git?: GitState | undefined;
}

/** A registry that the target pulls from, and where images have to be before they can run. */
export interface TargetRegistry {
  /** Name of the app's images, without a tag. */
  repositoryOf(app: string): string;
  /** The name with its digest, where the registry has the image already. */
  find(reference: string): Promise<string | undefined>;
  /** Pushes an image of this engine, and gives its name with its digest. @throws PUSH_FAILED */
  push(reference: string): Promise<string>;
}

/** Where a deploy goes. */
export interface DeployTarget {
  readonly name: TargetName;
  readonly fleetOf: (app: string) => TargetFleet;
  readonly apps: {
    exists(app: string): Promise<boolean>;
    create(app: string): Promise<void>;
    /** Also its machines. */
    destroy(app: string): Promise<void>;
  };
  /** Region of apps that name none. */
  readonly home: string;
  /** What making an app means, where somebody has to agree to that; undefined where it is free. */
  readonly creation?: string;
  /** Where the app answers. */
  readonly urlsOf: (app: string, regions: readonly string[]) => readonly string[];
  /** How services are reached that have no URL; undefined where their ports are the public ones. */
  readonly doorsOf?: (app: string) => Promise<Doors>;
  /** What an app with services needs before its first machine. */
  readonly beforeFirstDeploy?: (app: string) => Promise<void>;
}

export interface DeployDeps extends ObtainImageDeps {
  /** Pushes an image to the registry of its own name. */
  readonly push?: (reference: string) => Promise<void>;
  /** Undefined where the target uses the images of this engine. */
  readonly registry?: TargetRegistry | undefined;
  readonly regionNames: RegionNames;
  /**
   * The target, where it is there as it has to be and reaching it changes nothing; else undefined. Begun while the image
   * is built.
   */
  readonly reach: (regions: readonly string[]) => Promise<DeployTarget | undefined>;
  /** Reaches the target; a planet is brought up with the regions active. */
  readonly connect: (regions: readonly string[], home: string | undefined) => Promise<DeployTarget>;
  /** A text that no other creation has. */
  readonly newKey: () => string;
  readonly deployer: () => Promise<Deployer>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: ProgressReporter;
}

export interface DeployResult {
  readonly target: TargetName;
  readonly app: string;
  readonly image: string;
  readonly builder?: "buildkit" | "classic";
  /** Nothing was deployed. */
  readonly buildOnly?: boolean;
  readonly digest?: string;
  /** Absent where nothing had to change. */
  readonly release?: number;
  /** Of a dry run, and of a deploy that was not begun because the plan asks something. */
  readonly plan?: DeployPlan;
  /** What somebody has to agree to first: nothing was done. */
  readonly questions?: readonly Question[];
  readonly cost?: CostEstimate;
  readonly machines: readonly DeployedMachine[];
  /** Settings of the configuration that had no effect, in words. */
  readonly warnings: readonly string[];
  /** Where the app answers; on a planet, also by each region that it runs in. */
  readonly urls: readonly string[];
  /** On a planet: which ports of this machine lead to services that have no URL. */
  readonly doors?: Doors;
}

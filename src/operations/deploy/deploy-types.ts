// What a deploy is given, what it works with, and what comes out.
import type { ControlClient } from "../../client/control-client.ts";
import type { GitState } from "../../contract/release.ts";
import type { Clock } from "../../platform/clock.ts";
import type { RegionNames } from "../../project/wanted-regions.ts";
import type { LoadedAppConfig } from "../config/load-app-config.ts";
import type { ProgressReporter } from "../progress.ts";
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
}

export interface Deployer {
  readonly user: string;
  readonly program: string;
  readonly git?: GitState | undefined;
}

export interface DeployDeps extends ObtainImageDeps {
  readonly push?: (reference: string) => Promise<void>;
  readonly regionNames: RegionNames;
  /** Brings the planet up with the regions active, and gives the client of its control plane and its URL for clients. */
  readonly ensurePlanet: (
    regions: readonly string[],
    home: string | undefined,
  ) => Promise<{ readonly client: ControlClient; readonly httpPort: number; readonly home: string }>;
  readonly deployer: Deployer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: ProgressReporter;
}

export interface DeployResult {
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
  /** URLs on this machine: the app's own, and one for each region that it runs in. */
  readonly urls: readonly string[];
}

// Pure: what a deploy was asked for, and what is there, in the planner's words.
import type { MachineInputs } from "../../project/machine-config.ts";
import { DEFAULT_MAX_UNAVAILABLE, DEFAULT_WAIT_MS, type Seen } from "./change-app.ts";
import type { DeployInput } from "./deploy-types.ts";
import type { PlanInput } from "./plan/plan-types.ts";
import { commandsOf, groupWishes } from "./wishes.ts";

/** @param home region of apps that name none. @throws CONFIG_INVALID */
export function planInput(
  app: string,
  image: string,
  input: DeployInput,
  seen: Seen,
  home: string,
  hasVolumes: boolean,
  inputs: MachineInputs,
): PlanInput {
  const { config } = input.loaded;
  const wishes = groupWishes(config, image, hasVolumes, inputs);
  const { adapt } = input;
  const groups = adapt === undefined ? wishes : wishes.map((wish) => ({ ...wish, config: adapt(wish.config) }));
  const primaryRegion = config.primaryRegion ?? home;
  const commands = commandsOf(config, groups, seen.machines, primaryRegion);
  const release = input.skipReleaseCommand === true ? undefined : commands.release;
  return {
    app,
    image,
    machines: seen.machines,
    volumes: seen.volumes,
    groups,
    release: seen.newest?.version ?? 0,
    waitTimeoutMs: input.waitTimeoutMs ?? config.deploy.waitTimeoutMs ?? DEFAULT_WAIT_MS,
    ...(release === undefined
      ? {}
      : { releaseCommand: { ...release, timeoutMs: input.releaseCommandTimeoutMs ?? release.timeoutMs } }),
    ...(commands.seed === undefined ? {} : { seedCommand: commands.seed }),
    options: {
      primaryRegion,
      regions: input.regions.length > 0 ? input.regions : config.regions,
      regionsDeclared: input.regions.length === 0 && config.regions.length > 0,
      strategy: input.strategy ?? config.deploy.strategy ?? "rolling",
      maxUnavailable: input.maxUnavailable ?? config.deploy.maxUnavailable ?? DEFAULT_MAX_UNAVAILABLE,
      force: input.force ?? false,
      ha: false,
      updateOnly: false,
      excludeRegions: [],
      onlyMachines: [],
      excludeMachines: [],
      processGroups: [],
      ...input.filters,
    },
  };
}

// Puts an earlier release into service again, as a new one. Machines stay where they are and as many as they are.
import { ReleasedGroupsSchema } from "../../contract/release.ts";
import { AppError } from "../../errors/app-error.ts";
import {
  type ChangeDeps,
  type Changed,
  changeApp,
  type ChangeOptions,
  DEFAULT_MAX_UNAVAILABLE,
  DEFAULT_WAIT_MS,
} from "../deploy/change-app.ts";
import { planDeploy } from "../deploy/plan/plan-deploy.ts";
import type { GroupWish, Strategy } from "../deploy/plan/plan-types.ts";
import { chooseRelease } from "./choose-release.ts";

export interface RollBackInput extends Omit<ChangeOptions, "reason"> {
  readonly app: string;
  /** Version of the release; undefined: the one before the current one. */
  readonly version?: number | undefined;
  readonly strategy: Strategy;
}

/** Releases that are looked at for a version. */
const MOST = 200;

/** @throws RELEASE_NOT_FOUND and what changing an app throws */
export async function rollBack(input: RollBackInput, deps: ChangeDeps): Promise<Changed> {
  const chosen = chooseRelease(input.app, await deps.fleet.releases(MOST), input.version);
  const definition = await deps.fleet.definition(chosen);
  const parsed = ReleasedGroupsSchema.safeParse(definition);
  if (!parsed.success)
    throw new AppError("RELEASE_NOT_FOUND", `v${chosen.version} of ${input.app} does not say what it was made of`, {
      suggestions: ["hangar releases"],
    });
  const groups = (parsed.data.groups as unknown as GroupWish[]).map(({ counts: _counts, ...wish }) => wish);
  return changeApp(
    (seen) =>
      planDeploy({
        app: input.app,
        image: chosen.image,
        machines: seen.machines,
        volumes: seen.volumes,
        groups,
        release: seen.newest?.version ?? 0,
        waitTimeoutMs: input.waitTimeoutMs ?? DEFAULT_WAIT_MS,
        options: {
          ...{ primaryRegion: seen.machines[0]?.region ?? "iad", regions: [], regionsDeclared: false },
          ...{ strategy: input.strategy, maxUnavailable: input.maxUnavailable ?? DEFAULT_MAX_UNAVAILABLE },
          ...{ ha: false, updateOnly: false, force: false },
          ...{ excludeRegions: [], onlyMachines: [], excludeMachines: [], processGroups: [] },
        },
      }),
    { ...input, reason: `rollback to v${chosen.version}`, digest: chosen.image_digest },
    deps,
  );
}

// Pure: where a request goes after an app has answered it with fly-replay (statements RP-04 to RP-12).
import type { EdgeFault } from "../app-errors.ts";
import type { Wish } from "../route.ts";
import type { WorldApp, WorldIndex } from "../world-index.ts";
import type { ReplayInstruction } from "./instruction.ts";
import { ANY_REGION, regionTests } from "./region-list.ts";

/** The platform follows so many replays of one request (RP-06). */
export const MAX_REPLAYS = 10;

export interface ReplaySource {
  readonly machine: string;
  /** The app that the request was for when it reached the source. */
  readonly app: string;
}

export interface ReplayCourse {
  readonly app: string;
  readonly wish: Wish | undefined;
  /** A machine that must not be chosen (elsewhere). */
  readonly avoided: string | undefined;
}

/** Where the instruction leads, or the fault that it has. */
export function resolveReplay(
  instruction: ReplayInstruction,
  { machine, app: sourceApp }: ReplaySource,
  world: WorldIndex,
): ReplayCourse | EdgeFault {
  const app = instruction.app ?? sourceApp;
  const target = world.apps.get(app);
  if (target === undefined) return "PA04";
  const source = world.apps.get(sourceApp);
  if (source !== undefined && !mayReplay(source, target, world)) return "PA05";
  const instance = instruction.instance ?? instruction.preferInstance;
  if (instruction.instance !== undefined && world.machines.get(instruction.instance)?.app !== app) return "PA03";
  const named = instruction.regions?.filter((region) => region !== ANY_REGION);
  const regions = named === undefined ? undefined : regionTests(named);
  if (named !== undefined && regions === undefined) return "PA03";
  const wish: Wish | undefined =
    instance === undefined && regions === undefined
      ? undefined
      : {
          ...(instance === undefined ? {} : { instance }),
          ...(regions === undefined ? {} : { regions }),
          onlyInstance: instruction.instance !== undefined,
          onlyRegions: instruction.regions?.includes(ANY_REGION) === false,
        };
  return { app, wish, avoided: instruction.elsewhere ? machine : undefined };
}

/**
 * The documentation says both that replays stay inside one network unless the organization allows more, and that they
 * reach custom networks without a setting. Denied is what the page about replays says, and the safer of the two. Between
 * organizations the target's list counts, whatever the networks.
 */
function mayReplay(from: WorldApp, to: WorldApp, { organizations }: WorldIndex): boolean {
  const allowed = to.organization === undefined ? undefined : organizations.get(to.organization);
  if (from.organization !== to.organization) return allowed?.sources.includes(from.organization ?? "") === true;
  return (from.network ?? "") === (to.network ?? "") || allowed?.crossNetwork === true;
}

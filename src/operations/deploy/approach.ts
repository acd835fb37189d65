// The target of a deploy and what is there of its app. It is looked at while the image is built, so that an image that is
// built in no time has not to wait for the look.
import type { DeployDeps, DeployTarget } from "./deploy-types.ts";
import { type Fleet, look, type Seen } from "./execute/fleet.ts";
import { createSteadyFleet } from "./execute/steady-fleet.ts";

/** What was seen longer ago is looked at again: somebody may have changed it during a build. */
const FRESH_MS = 1_000;

export interface Approach {
  readonly target: DeployTarget;
  readonly fleet: Fleet;
  /** What is there of the app; undefined where there is no such app. @throws what keeps it from being seen */
  seen(): Promise<Seen | undefined>;
}

/** Begins to look at the app. */
export function approach(
  target: DeployTarget,
  app: string,
  { clock, newKey }: Pick<DeployDeps, "clock" | "newKey">,
): Approach {
  const fleet = createSteadyFleet(target.fleetOf(app), { clock, newKey });
  const find = async (): Promise<Seen | undefined> => ((await target.apps.exists(app)) ? look(fleet) : undefined);
  const beganMs = clock.monotonic();
  const early = find();
  // Where nobody comes to ask, nobody has to be told either.
  early.catch(() => undefined);
  return { target, fleet, seen: () => (clock.monotonic() - beganMs <= FRESH_MS ? early : find()) };
}

// Pure: which strategies an app can be deployed with.
import type { Machine } from "../../../contract/machine.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { GroupWish, Step, Strategy } from "./plan-types.ts";

/** Metadata of a machine of a former blue-green deploy that was to be destroyed and is still there. */
const TAG = "fly_bluegreen_deployment_tag";
const SAFE_TO_DESTROY = "safe_to_destroy";

/** @throws STRATEGY_IMPOSSIBLE for a strategy that makes a second machine beside one that has a volume */
export function requireStrategy(strategy: Strategy, groups: readonly GroupWish[], firstDeploy: boolean): void {
  if (firstDeploy || (strategy !== "canary" && strategy !== "bluegreen")) return;
  const withVolume = groups.find(({ mounts }) => mounts.length > 0);
  if (withVolume === undefined) return;
  throw new AppError(
    "STRATEGY_IMPOSSIBLE",
    `the group "${withVolume.name}" has volumes, so it cannot be deployed with the strategy ${strategy}: a second machine would need a volume of its own`,
    { suggestions: ["hangar deploy --strategy rolling"] },
  );
}

function hasChecks({ config }: GroupWish): boolean {
  return (
    Object.keys(config.checks ?? {}).length > 0 || (config.services ?? []).some(({ checks = [] }) => checks.length > 0)
  );
}

/** @throws STRATEGY_IMPOSSIBLE where a blue-green deploy would not know when to switch, or from what */
export function canBlueGreen(machines: readonly Machine[], steps: readonly Step[], groups: readonly GroupWish[]): void {
  if (!steps.some(({ op }) => op === "update" || op === "replace")) return;
  const images = new Set(
    machines
      .filter(({ host_status = "ok", config }) => host_status === "ok" && config.metadata?.[TAG] !== SAFE_TO_DESTROY)
      .map(({ config }) => config.image),
  );
  if (images.size > 1) {
    throw new AppError(
      "STRATEGY_IMPOSSIBLE",
      `found multiple image versions (${[...images].toSorted().join(", ")}): a blue-green deploy starts from one`,
      { suggestions: ["hangar deploy --strategy rolling"] },
    );
  }
  if (groups.some(hasChecks)) return;
  throw new AppError(
    "STRATEGY_IMPOSSIBLE",
    "You need to define at least 1 check in order to use blue-green deployments",
    { suggestions: ["add [[http_service.checks]] to fly.toml", "hangar deploy --strategy rolling"] },
  );
}

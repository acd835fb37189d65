// Whether it was the engine that ended a program, and not the program itself: an engine that starts anew ends what ran
// under the one before it, politely, so that many programs exit with 0 as if they had nothing left to do.
import type { ContainerDetail, ContainerRuntime } from "../runtime/container-runtime.ts";
import { planetLabels } from "../runtime/labels.ts";

/**
 * Asks the engine. Then the planet's own parts were ended with it, and all of them have started since; a part that
 * merely crashed starts alone.
 */
export function createEngineRestart(
  planet: string,
  runtime: Pick<ContainerRuntime, "listContainers" | "inspectContainer">,
): (ended: Pick<ContainerDetail, "finishedAt">) => Promise<boolean> {
  return async ({ finishedAt }) => {
    const found = await Promise.all(
      (["wan", "edge"] as const).map((component) => runtime.listContainers(planetLabels(planet, component))),
    );
    const parts = await Promise.all(found.flat().map(({ id }) => runtime.inspectContainer(id)));
    const ended = Date.parse(finishedAt);
    return parts.length > 1 && parts.every((part) => part !== undefined && Date.parse(part.startedAt) > ended);
  };
}

// Pure: the world that a plan was made for, and what has changed since.
import type { Machine } from "../../../contract/machine.ts";
import { isGone } from "./managed.ts";
import type { PlannedWorld, PlanVolume } from "./plan-types.ts";

/** What a plan depends on. States that come and go by themselves count as the one that they lead to. */
export function worldOf(machines: readonly Machine[], volumes: readonly PlanVolume[], release: number): PlannedWorld {
  const running = (state: string): string => (["started", "starting", "replacing"].includes(state) ? "up" : "down");
  return {
    release,
    machines: Object.fromEntries(
      machines
        .filter((machine) => !isGone(machine))
        .map((machine) => [
          machine.id,
          `${machine.instance_id} ${running(machine.state)}${machine.cordoned === true ? " cordoned" : ""}`,
        ]),
    ),
    volumes: Object.fromEntries(volumes.map(({ id, attachedTo }) => [id, attachedTo ?? "free"])),
  };
}

function differing(
  kind: string,
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].toSorted().flatMap((id) => {
    if (before[id] === now[id]) return [];
    if (now[id] === undefined) return [`${kind} ${id} is gone`];
    return [before[id] === undefined ? `${kind} ${id} is new` : `${kind} ${id} has changed`];
  });
}

/** What is not as it was when the plan was made, in words; empty: the plan still holds. */
export function worldChanges(before: PlannedWorld, now: PlannedWorld): string[] {
  return [
    ...(before.release === now.release ? [] : [`release v${now.release} is the newest, not v${before.release}`]),
    ...differing("machine", before.machines, now.machines),
    ...differing("volume", before.volumes, now.volumes),
  ];
}

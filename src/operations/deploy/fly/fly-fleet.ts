// The machines of an app on Fly.io.
import type { FlyClient } from "../../../client/fly-client.ts";
import type { MachinesClient } from "../../../client/machines-client.ts";
import type { Machine } from "../../../contract/machine.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { Diagnosis } from "../../../contract/planet.ts";
import type { TargetFleet } from "../execute/fleet.ts";
import { createMachinesFleet } from "../execute/machines-fleet.ts";
import { createReleaseBook, type ReleaseBookDeps } from "./release-book.ts";

/** The platform's proxies take about this long to follow a cordon. */
const SETTLE_MS = 10_000;
/** The API takes five reads of a machine a second. */
const LOOK_EVERY_MS = 500;
const SMOKE_MS = 10_000;
const TAIL = 20;

export interface FlyFleetDeps extends Omit<ReleaseBookDeps, "fly" | "machines"> {
  readonly api: MachinesClient;
  readonly fly: FlyClient;
  readonly clock: Clock;
}

export function createFlyFleet({ api, fly, ...deps }: FlyFleetDeps, app: string): TargetFleet {
  return {
    ...createMachinesFleet(api, app),
    ...createReleaseBook({ ...deps, fly, machines: api.machines }, app),
    settleMs: SETTLE_MS,
    // Nothing is said about what skip_service_registration does to a machine that is registered.
    hidesByUpdate: false,
    smokeMs: SMOKE_MS,
    checksPorts: false,
    follow: (id) => {
      let hasLooked = false;
      return async (atMostMs) => {
        if (hasLooked) await deps.clock.sleep(Math.min(LOOK_EVERY_MS, atMostMs));
        hasLooked = true;
        return api.machines.get(app, id);
      };
    },
    diagnosis: async (id) => {
      // What the platform does not tell must not hide what went wrong.
      const [machine, logTail, listening] = await Promise.all([
        api.machines.get(app, id),
        lastLines(fly, app, id).catch(() => []),
        api.machines.listening(app, id).catch(() => undefined),
      ]);
      return { ...exitOf(machine), state: machine.state, logTail, ...(listening === undefined ? {} : { listening }) };
    },
    logs: async function* (id, signal) {
      for await (const { stream, message } of fly.logs(app, { follow: true, tail: TAIL, machine: id }, signal))
        if (stream !== "platform") yield message;
    },
  };
}

async function lastLines(fly: FlyClient, app: string, machine: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const entry of fly.logs(app, { follow: false, tail: TAIL, machine }, new AbortController().signal))
    if (entry.stream !== "platform") lines.push(entry.message);
  return lines;
}

function exitOf(machine: Machine): Pick<Diagnosis, "exitCode" | "oomKilled"> {
  const event = machine.events.find(({ type }) => type === "exit");
  const exit = event?.request?.exit_event as { exit_code?: number; oom_killed?: boolean } | undefined;
  if (exit === undefined) return {};
  return { exitCode: exit.exit_code ?? 0, oomKilled: exit.oom_killed === true };
}

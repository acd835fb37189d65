// What happens to an app beside the work of a dev run: its logs, and how its machines are.
import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { PlanetClient } from "../../client/planet-client.ts";
import { AppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";
import { isManaged } from "../deploy/plan/managed.ts";
import { readLogs } from "../logs/read-logs.ts";
import { machineRow } from "../status/read-status.ts";
import type { DevEvent } from "./dev-events.ts";

export interface FollowDeps {
  readonly client: Pick<PlanetClient, "logs">;
  readonly machines: Pick<MachinesApi, "list">;
  readonly emit: (event: DevEvent) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 1_000;
/** Nobody could be asked; the next look will tell. */
const PASSING: ReadonlySet<string> = new Set(["UNREACHABLE", "DEADLINE", "APP_NOT_FOUND"]);

/** Until the signal fires. @throws what cannot pass by itself; the signal's reason */
export async function followApp(app: string, deps: FollowDeps): Promise<void> {
  await Promise.all([followLogs(app, deps), followMachines(app, deps)]);
}

async function followLogs(app: string, { client, emit, clock, signal }: FollowDeps): Promise<void> {
  const input = { app, follow: true, tail: 0 };
  for await (const entry of readLogs(input, { client, clock, signal, onInterruption: () => undefined }))
    emit({ event: "log", ...entry });
}

async function followMachines(app: string, { machines, emit, clock, signal }: FollowDeps): Promise<void> {
  let told = "";
  for (;;) {
    try {
      const rows = (await machines.list(app)).filter(isManaged).map(machineRow);
      const sorted = rows.toSorted((a, b) => (`${a.region} ${a.id}` < `${b.region} ${b.id}` ? -1 : 1));
      const text = JSON.stringify(sorted.map(({ id, state, checks }) => [id, state, checks]));
      if (text !== told) emit({ event: "machines", machines: sorted });
      told = text;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError && PASSING.has(error.code))) throw error;
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

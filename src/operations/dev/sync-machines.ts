// Puts changed files into the machines that run and starts their programs anew, without a build.
import path from "node:path";
import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { SessionsClient } from "../../client/sessions-client.ts";
import type { Machine } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";
import { packPaths } from "../../platform/tar-pack.ts";
import type { Fleet, Look } from "../deploy/execute/fleet.ts";
import { waitUntilHealthy } from "../deploy/health.ts";
import { isManaged, standbysOf } from "../deploy/plan/managed.ts";
import { placeFiles } from "./place-files.ts";
import type { SyncedFile } from "./plan-change.ts";

export interface SyncInput {
  readonly app: string;
  /** Folder that the paths of the files are relative to. */
  readonly contextDir: string;
  readonly files: readonly SyncedFile[];
  readonly machines: readonly Machine[];
}

export interface SyncDeps {
  readonly sessions: Pick<SessionsClient, "readArchive" | "writeArchive">;
  readonly api: Pick<MachinesApi, "restart">;
  readonly fleet: Fleet;
  readonly clock: Clock;
  /** Aborted by the next change too: what is under way then is no longer waited for. */
  readonly signal: AbortSignal;
}

/** A program that does not listen by then does not, as far as somebody waits for it. */
const WAIT_MS = 30_000;

/**
 * The first machine alone, so that a version that does not start leaves the others as they are; then the rest.
 * @throws MACHINE_EXITED with its last lines, APP_NOT_LISTENING, CHECKS_FAILED, FILE_ACCESS …; the signal's reason
 */
export async function syncMachines(input: SyncInput, deps: SyncDeps): Promise<void> {
  const [first, ...others] = input.machines;
  if (first === undefined) throw new AppError("MACHINE_NOT_FOUND", `App "${input.app}" has no machines`);
  await syncMachine(first, input, deps);
  await Promise.all(others.map((machine) => syncMachine(machine, input, deps)));
}

async function syncMachine(machine: Machine, { app, contextDir, files }: SyncInput, deps: SyncDeps): Promise<void> {
  const { sessions, api, fleet, clock, signal } = deps;
  const placed = files.flatMap(({ path: file, targets }) =>
    targets.map((target) => ({ file: path.join(contextDir, file), target })),
  );
  const packed = await placeFiles(placed, { sessions, app, machine: machine.id });
  await sessions.writeArchive(app, machine.id, "/", packPaths(packed), { atRest: true });
  signal.throwIfAborted();
  await api.restart(app, machine.id);
  const sinceMs = restartedAt(await fleet.machine(machine.id));
  const follow = (id: string): Look => {
    const look = fleet.follow(id);
    return async (atMostMs) => sinceRestart(await look(atMostMs), sinceMs);
  };
  await waitUntilHealthy(
    {
      machine: machine.id,
      instanceId: machine.instance_id,
      image: machine.config.image,
      waitTimeoutMs: WAIT_MS,
      smokeChecks: true,
      onState: () => undefined,
    },
    { fleet: { ...fleet, follow }, clock, signal },
  );
}

/** Starts the machines that a deploy left at rest: only those that run have files to change. @throws DEADLINE */
export async function startAll(app: string, api: Pick<MachinesApi, "list" | "start" | "wait">): Promise<void> {
  const resting = (await api.list(app)).filter(
    (machine) => isManaged(machine) && machine.state !== "started" && standbysOf(machine.config).length === 0,
  );
  await Promise.all(
    resting.map(async ({ id }) => {
      await api.start(app, id);
      await api.wait(app, id, { state: "started", timeoutMs: WAIT_MS });
    }),
  );
}

function restartedAt({ events }: Machine): number {
  return events.find(({ type }) => type === "restart")?.timestamp ?? 0;
}

/** The machine without what is known of it from before: another program ran then, in the same version of the machine. */
function sinceRestart(machine: Machine, sinceMs: number): Machine {
  return {
    ...machine,
    events: machine.events.filter(({ timestamp }) => timestamp >= sinceMs),
    checks: (machine.checks ?? []).map((check) =>
      Date.parse(check.updated_at) < sinceMs ? { ...check, status: "warning", output: "not run yet" } : check,
    ),
  };
}

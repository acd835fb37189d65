// A planet whose control is killed at random moments of a mixed workload, and what has to hold after each of them.
import { systemClock, waitUntil } from "../../src/platform/clock.ts";
import { createDockerRuntime } from "../../src/emulator/runtime/docker/docker-runtime.ts";
import type { HangarCli } from "./hangar-cli.ts";
import { adopt, lookAt, problems } from "./kills-wholeness.ts";
import { APP, createCaller, emptyModel, type Model, work } from "./kills-workload.ts";

const LONGEST_QUIET_MS = 1_200;
const WORKERS = 2;
const HEAL_DEADLINE_MS = 60_000;
const WORK_TIMEOUT_MS = 20_000;
/** What looks at the planet asks again soon: how long one look takes is not to be measured. */
const LOOK_TIMEOUT_MS = 1_000;

export interface Kill {
  readonly number: number;
  /** Operations acknowledged before it. */
  readonly operations: number;
  /** From the order to start control anew to a planet that is whole. */
  readonly healedMs: number;
  /** What was not right, and when it was first seen to be so: milliseconds after the order to start control anew. */
  readonly wrong: readonly { readonly afterMs: number; readonly what: string }[];
  /** Containers of machines that the engine then has. */
  readonly containers: number;
}

interface Deps {
  readonly cli: HangarCli;
  readonly token: string;
  readonly controlPort: number;
  /** Called after each kill, when the planet is whole. */
  readonly progress?: (kill: Kill) => void;
}

/** Kills control once and brings it back; the instant of the order to start it, and what was acknowledged until then. */
async function kill(deps: Deps, model: Model): Promise<{ readonly startedAt: number; readonly operations: number }> {
  const { cli, token, controlPort } = deps;
  const control = `hangar-${cli.planet}-control`;
  const killed = new AbortController();
  const call = createCaller({ token, controlPort, timeoutMs: WORK_TIMEOUT_MS, signal: killed.signal });
  const working = Array.from({ length: WORKERS }, (_, worker) =>
    work(call, model, worker, () => killed.signal.aborted),
  );
  await systemClock.sleep(Math.random() * LONGEST_QUIET_MS);
  await cli.docker("kill", "-s", "KILL", control);
  killed.abort();
  const operations = (await Promise.all(working)).reduce((sum, count) => sum + count, 0);
  const startedAt = systemClock.monotonic();
  // by hand: the engine waits longer before each restart of what was killed a moment ago
  await cli.docker("start", control);
  return { startedAt, operations };
}

/** Kills control again and again; throws when the planet does not become whole after one of them. */
export async function killControl(deps: Deps, goesOn: (kills: number) => boolean): Promise<Kill[]> {
  const { cli, token, controlPort, progress } = deps;
  const look = createCaller({ token, controlPort, timeoutMs: LOOK_TIMEOUT_MS });
  const created = await createCaller({ token, controlPort, timeoutMs: WORK_TIMEOUT_MS })("POST", "/apps", {
    app_name: APP,
    org_slug: "personal",
  });
  if (created === undefined || created.status >= 300) throw new Error(`no app: ${JSON.stringify(created)}`);
  const model = emptyModel();
  const runtime = createDockerRuntime();
  const kills: Kill[] = [];
  while (goesOn(kills.length)) {
    const number = kills.length + 1;
    const { startedAt, operations } = await kill(deps, model);
    const wrong: { afterMs: number; what: string }[] = [];
    const seen = await waitUntil(
      async () => {
        const now = await lookAt(look, runtime, cli.planet);
        const found = now === undefined ? ["control does not answer"] : problems(model, now);
        if (found.length === 0) return now;
        const what = found.join("; ");
        if (what !== wrong.at(-1)?.what) wrong.push({ afterMs: systemClock.monotonic() - startedAt, what });
        return undefined;
      },
      { what: "the planet to be whole", deadlineMs: HEAL_DEADLINE_MS, intervalMs: 50 },
    ).catch((thrown: unknown) => {
      throw new Error(`after kill ${number}: ${wrong.at(-1)?.what}`, { cause: thrown });
    });
    const healedMs = systemClock.monotonic() - startedAt;
    adopt(model, seen, WORKERS);
    const one = { number, operations, healedMs, wrong, containers: seen.containers.length };
    kills.push(one);
    progress?.(one);
  }
  return kills;
}

/** One line about one kill, for who waits for many. */
export function describeKill({ number, operations, healedMs, wrong, containers }: Kill): string {
  const last = wrong.at(-1)?.what ?? "nothing";
  return `kill ${number}: whole after ${healedMs.toFixed(0)} ms, last ${last}; ${operations} operations, ${containers} containers\n`;
}

/** All that was seen after one kill, for a planet that took too long. */
export function describeHealing(one: Kill): string {
  const lines = one.wrong.map(({ afterMs, what }) => `  ${afterMs.toFixed(0)} ms: ${what}\n`);
  return `${describeKill(one)}${lines.join("")}`;
}

/** One line about all of them. */
export function describeKills(kills: readonly Kill[]): string {
  const sorted = kills.map(({ healedMs }) => healedMs).toSorted((a, b) => a - b);
  const at = (share: number): string => ((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) / 1_000).toFixed(1);
  const operations = kills.reduce((sum, one) => sum + one.operations, 0);
  return `${kills.length} kills of control, ${operations} acknowledged operations; whole again after ${at(0.5)} s (median), ${at(0.95)} s (95 of 100), ${at(1)} s (longest)\n`;
}

// A planet whose control is killed at random moments while machines, volumes and secrets are made, changed and removed.
// What control has answered is remembered; what it has not may hold or not.
import { systemClock, waitUntil } from "../../src/platform/clock.ts";
import type { HangarCli } from "./hangar-cli.ts";

const APP = "kills";
const LONGEST_QUIET_MS = 1_200;
const WORKERS = 2;
const MACHINES_PER_WORKER = 3;
const HEAL_DEADLINE_MS = 60_000;

interface Known {
  /** Acceptable values of the variable V: the last that was acknowledged, and those sent since. */
  versions: string[];
  /** Undefined: a stop or destroy was sent, and not answered. */
  state: "started" | "stopped" | "destroyed" | undefined;
}

interface Model {
  readonly machines: Map<string, Known>;
  /** Volume → whether it must be there; undefined: unknown. */
  readonly volumes: Map<string, boolean | undefined>;
  readonly secrets: Set<string>;
}

export interface KillsResult {
  readonly kills: number;
  readonly operations: number;
  /** From the start of the new control to a planet that is whole, for each kill. */
  readonly healedMs: readonly number[];
  /** What was the last thing to be put right after the kill that took the longest. */
  readonly slowest: string;
}

interface Deps {
  readonly cli: HangarCli;
  readonly token: string;
  readonly controlPort: number;
}

type Answer = { readonly status: number; readonly body: unknown } | undefined;

/** Undefined: no answer came. */
function createCaller({ token, controlPort }: Deps): (method: string, path: string, body?: unknown) => Promise<Answer> {
  return async (method, path, body) => {
    try {
      const response = await fetch(`http://127.0.0.1:${controlPort}/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        signal: AbortSignal.timeout(20_000),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
    } catch {
      return undefined;
    }
  };
}

const configOf = (version: string) => ({
  image: "debian:bookworm-slim",
  init: { exec: ["sleep", "infinity"] },
  env: { V: version },
  restart: { policy: "always" },
  stop_config: { timeout: "1s" },
});

/** One worker's operations, one after the other, until it is told to end; how many were answered well. */
async function work(deps: Deps, model: Model, worker: number, ended: () => boolean): Promise<number> {
  const call = createCaller(deps);
  let answered = 0;
  let made = 0;
  const mine: string[] = [];
  const good = (answer: Answer): answer is { status: number; body: unknown } => {
    const ok = answer !== undefined && answer.status < 300;
    if (ok) answered += 1;
    return ok;
  };
  const fresh = (): string => `${worker}-${systemClock.now()}-${(made += 1)}`;
  while (!ended()) {
    const version = fresh();
    if (mine.length < MACHINES_PER_WORKER) {
      const answer = await call("POST", `/apps/${APP}/machines`, { region: "iad", config: configOf(version) });
      if (good(answer)) {
        const { id } = answer.body as { id: string };
        mine.push(id);
        model.machines.set(id, { versions: [version], state: "started" });
      }
    }
    const id = mine[Math.floor(Math.random() * mine.length)];
    const known = id === undefined ? undefined : model.machines.get(id);
    if (id === undefined || known === undefined) continue;
    const choice = Math.random();
    if (choice < 0.35) {
      known.versions.push(version);
      known.state = known.state === "started" ? "started" : undefined;
      if (good(await call("POST", `/apps/${APP}/machines/${id}`, { config: configOf(version) })))
        Object.assign(known, { versions: [version], state: "started" });
    } else if (choice < 0.55) {
      known.state = undefined;
      if (good(await call("POST", `/apps/${APP}/machines/${id}/stop`))) known.state = "stopped";
    } else if (choice < 0.7) {
      known.state = undefined;
      mine.splice(mine.indexOf(id), 1);
      if (good(await call("DELETE", `/apps/${APP}/machines/${id}?force=true`))) known.state = "destroyed";
    } else if (choice < 0.85) {
      const answer = await call("POST", `/apps/${APP}/volumes`, { name: "data", region: "iad", size_gb: 1 });
      if (good(answer)) model.volumes.set((answer.body as { id: string }).id, true);
      const [oldest] = [...model.volumes].find(([, there]) => there === true) ?? [];
      if (oldest !== undefined && model.volumes.size > 4) {
        model.volumes.set(oldest, undefined);
        if (good(await call("DELETE", `/apps/${APP}/volumes/${oldest}`))) model.volumes.set(oldest, false);
      }
    } else {
      const name = `S_${version.replaceAll("-", "_")}`;
      if (good(await call("POST", `/apps/${APP}/secrets/${name}`, { value: version }))) model.secrets.add(name);
    }
  }
  return answered;
}

/** What is not as it should be; empty when the planet is whole. */
async function problems(deps: Deps, model: Model): Promise<string[]> {
  const call = createCaller(deps);
  const { cli } = deps;
  const labelled = (component: string): string[] => [
    ...["--filter", `label=dev.hangar.planet=${cli.planet}`],
    ...["--filter", `label=dev.hangar.component=${component}`],
  ];
  const lines = async (...args: string[]): Promise<string[]> =>
    (await cli.docker(...args)).split("\n").filter((line) => line !== "");
  const format = '{{.Label "dev.hangar.machine"}} {{.State}}';
  const [listed, volumes, secrets, containers, engineVolumes, workers] = await Promise.all([
    call("GET", `/apps/${APP}/machines`),
    call("GET", `/apps/${APP}/volumes`),
    call("GET", `/apps/${APP}/secrets`),
    lines("ps", "-a", "--format", format, ...labelled("machine")),
    lines("volume", "ls", "--format", '{{.Label "dev.hangar.volume"}}', ...labelled("volume")),
    lines("ps", "-aq", ...labelled("worker")),
  ]);
  if (listed?.status !== 200 || volumes?.status !== 200 || secrets?.status !== 200) return ["control does not answer"];
  const machines = listed.body as { id: string; state: string; config: { env?: Record<string, string> } }[];
  const found: string[] = [];
  for (const [id, { versions, state }] of model.machines) {
    const machine = machines.find((one) => one.id === id);
    if (state === "destroyed" && machine !== undefined) found.push(`${id} was destroyed and is ${machine.state}`);
    if (state === undefined || state === "destroyed") continue;
    if (machine?.state !== state) found.push(`${id} is ${machine?.state ?? "gone"}, not ${state}`);
    const version = machine?.config.env?.["V"] ?? "";
    if (!versions.includes(version)) found.push(`${id} has version ${version}`);
  }
  const alive = new Set(machines.filter(({ state }) => state === "started").map(({ id }) => id));
  const running = containers.flatMap((line) => (line.endsWith(" running") ? [line.split(" ", 1)[0] ?? ""] : []));
  for (const id of alive) if (!running.includes(id)) found.push(`${id} is started and does not run`);
  for (const id of running) if (!alive.has(id)) found.push(`${id} runs and is not started`);
  if (new Set(running).size < running.length) found.push("a machine runs twice");
  const owners = new Set(machines.map(({ id }) => id));
  for (const line of containers)
    if (!owners.has(line.split(" ", 1)[0] ?? "")) found.push(`container without owner: ${line}`);
  const there = new Set((volumes.body as { id: string }[]).map(({ id }) => id));
  for (const [id, must] of model.volumes) {
    if (must === true && !(there.has(id) && engineVolumes.includes(id))) found.push(`volume ${id} is gone`);
    if (must === false && engineVolumes.includes(id)) found.push(`volume ${id} is still there`);
  }
  for (const id of engineVolumes) if (!there.has(id)) found.push(`volume without owner: ${id}`);
  const names = JSON.stringify(secrets.body);
  for (const name of model.secrets) if (!names.includes(name)) found.push(`secret ${name} is gone`);
  if (workers.length > 0) found.push(`${workers.length} containers at work on volumes are left`);
  return found;
}

/** Kills control again and again; throws when the planet does not become whole after one of them. */
export async function killControl(deps: Deps, goesOn: (kills: number) => boolean): Promise<KillsResult> {
  const { cli } = deps;
  const control = `hangar-${cli.planet}-control`;
  const created = await createCaller(deps)("POST", "/apps", { app_name: APP, org_slug: "personal" });
  if (created === undefined || created.status >= 300) throw new Error(`no app: ${JSON.stringify(created)}`);
  const model: Model = { machines: new Map(), volumes: new Map(), secrets: new Set() };
  const healedMs: number[] = [];
  let slowest = "";
  let operations = 0;
  while (goesOn(healedMs.length)) {
    let over = false;
    const working = Array.from({ length: WORKERS }, (_, worker) => work(deps, model, worker, () => over));
    await systemClock.sleep(Math.random() * LONGEST_QUIET_MS);
    await cli.docker("kill", "-s", "KILL", control);
    over = true;
    operations += (await Promise.all(working)).reduce((sum, count) => sum + count, 0);
    // by hand: the engine waits longer before each restart of what was killed a moment ago
    await cli.docker("start", control);
    const startedAt = systemClock.monotonic();
    let last: string[] = [];
    const whole = async (): Promise<true | undefined> => {
      const found = await problems(deps, model);
      if (found.length === 0) return true;
      last = found;
      return undefined;
    };
    await waitUntil(whole, {
      what: "the planet to be whole",
      deadlineMs: HEAL_DEADLINE_MS,
      intervalMs: 100,
    }).catch((thrown: unknown) => {
      throw new Error(`after kill ${healedMs.length + 1}: ${last.join("; ")}`, { cause: thrown });
    });
    const tookMs = systemClock.monotonic() - startedAt;
    if (healedMs.every((each) => each < tookMs)) slowest = last.join("; ");
    healedMs.push(tookMs);
  }
  return { kills: healedMs.length, operations, healedMs, slowest };
}

/** One line for people. */
export function describeKills({ kills, operations, healedMs, slowest }: KillsResult): string {
  const sorted = healedMs.toSorted((a, b) => a - b);
  const at = (share: number): string => ((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) / 1_000).toFixed(1);
  return `${kills} kills of control, ${operations} acknowledged operations; whole again after ${at(0.5)} s (median), ${at(1)} s (longest: ${slowest})\n`;
}

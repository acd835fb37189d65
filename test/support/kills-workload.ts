// What is done to a planet while its control is killed: machines, volumes and secrets are made, changed and removed, and what
// control has answered is remembered. What it has not may hold or not.
import { systemClock } from "../../src/platform/clock.ts";

export const APP = "kills";
/** Machines that each worker keeps; more, of creations that were not answered, are destroyed first. */
const MACHINES_PER_WORKER = 3;
const VOLUMES_KEPT = 4;
const SECRETS_KEPT = 20;

export interface KnownMachine {
  /** Machines belong to one worker each, so that what is known of one follows one order. */
  readonly worker: number;
  /** Acceptable values of the variable V: the last that was acknowledged, and those sent since. */
  versions: string[];
  /** Undefined: a stop or destroy was sent, and not answered. */
  state: "started" | "stopped" | "destroyed" | undefined;
}

export interface Model {
  readonly machines: Map<string, KnownMachine>;
  /** Volume → whether it must be there; undefined: unknown. */
  readonly volumes: Map<string, boolean | undefined>;
  /** Secret → whether it must be there; undefined: unknown. */
  readonly secrets: Map<string, boolean | undefined>;
}

export const emptyModel = (): Model => ({ machines: new Map(), volumes: new Map(), secrets: new Map() });

/** Undefined: no answer came. */
export type Answer = { readonly status: number; readonly body: unknown } | undefined;
export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;

export interface CallerDeps {
  readonly token: string;
  readonly controlPort: number;
  readonly timeoutMs: number;
  /** Ends what is under way, as a caller's end would. */
  readonly signal?: AbortSignal;
}

/** Calls of the Machines API for which no answer is an answer too. */
export function createCaller({ token, controlPort, timeoutMs, signal }: CallerDeps): Call {
  return async (method, path, body) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(`http://127.0.0.1:${controlPort}/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
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

const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(Math.random() * items.length)];

/** One worker's operations, one after the other, until it is told to end; how many were answered well. */
export async function work(call: Call, model: Model, worker: number, ended: () => boolean): Promise<number> {
  let answered = 0;
  let made = 0;
  const good = (answer: Answer): answer is { status: number; body: unknown } => {
    const ok = answer !== undefined && answer.status < 300;
    if (ok) answered += 1;
    return ok;
  };
  const fresh = (): string => `${worker}-${systemClock.now()}-${(made += 1)}`;
  const idOf = ({ body }: { readonly body: unknown }): string => (body as { id: string }).id;
  const oldest = (known: ReadonlyMap<string, boolean | undefined>): string | undefined =>
    [...known].find(([, there]) => there === true)?.[0];

  const create = async (): Promise<void> => {
    const version = fresh();
    const answer = await call("POST", `/apps/${APP}/machines`, { region: "iad", config: configOf(version) });
    if (good(answer)) model.machines.set(idOf(answer), { worker, versions: [version], state: "started" });
  };
  const update = async (id: string, known: KnownMachine): Promise<void> => {
    const version = fresh();
    known.versions.push(version);
    if (known.state !== "started") known.state = undefined;
    if (good(await call("POST", `/apps/${APP}/machines/${id}`, { config: configOf(version) })))
      Object.assign(known, { versions: [version], state: "started" });
  };
  const stop = async (id: string, known: KnownMachine): Promise<void> => {
    known.state = undefined;
    if (good(await call("POST", `/apps/${APP}/machines/${id}/stop`))) known.state = "stopped";
  };
  const destroy = async (id: string, known: KnownMachine): Promise<void> => {
    known.state = undefined;
    if (good(await call("DELETE", `/apps/${APP}/machines/${id}?force=true`))) known.state = "destroyed";
  };
  const changeVolumes = async (): Promise<void> => {
    const source = oldest(model.volumes);
    const fork = source !== undefined && Math.random() < 0.3 ? { source_volume_id: source } : { size_gb: 1 };
    const answer = await call("POST", `/apps/${APP}/volumes`, { name: "data", region: "iad", ...fork });
    if (good(answer)) model.volumes.set(idOf(answer), true);
    const surplus = model.volumes.size > VOLUMES_KEPT ? oldest(model.volumes) : undefined;
    if (surplus === undefined) return;
    model.volumes.set(surplus, undefined);
    if (good(await call("DELETE", `/apps/${APP}/volumes/${surplus}`))) model.volumes.set(surplus, false);
  };
  const changeSecrets = async (): Promise<void> => {
    const value = fresh();
    const name = `S_${value.replaceAll("-", "_")}`;
    if (good(await call("POST", `/apps/${APP}/secrets/${name}`, { value }))) model.secrets.set(name, true);
    const surplus = model.secrets.size > SECRETS_KEPT ? oldest(model.secrets) : undefined;
    if (surplus === undefined) return;
    model.secrets.set(surplus, undefined);
    if (good(await call("DELETE", `/apps/${APP}/secrets/${surplus}`))) model.secrets.set(surplus, false);
  };

  while (!ended()) {
    const mine = [...model.machines].filter(([, known]) => known.worker === worker && known.state !== "destroyed");
    if (mine.length < MACHINES_PER_WORKER) await create();
    const [id, known] = pick(mine) ?? [];
    const choice = Math.random();
    if (choice < 0.15) await changeVolumes();
    else if (choice < 0.3) await changeSecrets();
    else if (id === undefined || known === undefined) continue;
    else if (mine.length > MACHINES_PER_WORKER || choice < 0.45) await destroy(id, known);
    else if (choice < 0.65) await stop(id, known);
    else await update(id, known);
  }
  return answered;
}

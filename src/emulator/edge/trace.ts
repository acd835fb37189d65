// Pure: what happened to one request, for people who ask by `hangar-trace: 1` (the short form) or `full`, as one line of JSON.
import type { RouteView, RouteRequest } from "./route.ts";
import { DEFAULT_SOFT_LIMIT } from "./balance.ts";
import type { Backend } from "./world-index.ts";

/** More candidates than this do not fit into a header. */
const MAX_CANDIDATES = 16;

export interface TraceCandidate {
  readonly machine: string;
  readonly region: string;
  readonly rttMs: number;
  readonly load: number;
  readonly state: "ready" | "soft" | "full" | "unhealthy" | "failed" | "asleep" | "waking" | "starting";
}

export interface TraceStep {
  readonly kind: "choose" | "wake" | "replay" | "fallback" | "cache" | "wait" | "activate" | "fail";
  /** Since the request's head was read. */
  readonly atMs: number;
  readonly machine?: string;
  readonly region?: string;
  readonly app?: string;
  readonly detail?: string;
}

/** Where a request went. */
export interface Trace {
  /** The entry region. */
  readonly edge: string;
  readonly region?: string;
  readonly machine?: string;
  readonly rttMs?: number;
  readonly attempts: number;
  /** As the choice saw them, nearest first. */
  readonly candidates?: readonly TraceCandidate[];
  readonly steps?: readonly TraceStep[];
  readonly totalMs?: number;
}

/** The field line for the client. JSON that latin1 cannot carry is escaped. */
export function renderTrace(trace: Trace): string {
  const json = JSON.stringify(trace).replaceAll(
    /[^\x20-\x7e]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `hangar-trace: ${json}\r\n`;
}

/** The machines that a choice considers, as it sees them. */
export function listCandidates({ app, port }: RouteRequest, view: RouteView, entry: string): TraceCandidate[] {
  const candidates: TraceCandidate[] = [];
  for (const { rttMs, backends, asleep, coming } of view.world.rings(app, entry, port)) {
    const add = (backend: Backend, state: TraceCandidate["state"]): void => {
      const { id, region } = backend.machine;
      candidates.push({ machine: id, region, rttMs, load: view.load(backend.key), state });
    };
    for (const backend of backends) add(backend, awake(backend, view));
    for (const backend of asleep) add(backend, sleeping(backend.machine.id, view));
    for (const backend of coming) add(backend, view.excluded.has(backend.machine.id) ? "failed" : "starting");
  }
  return candidates.slice(0, MAX_CANDIDATES);
}

function sleeping(id: string, view: RouteView): TraceCandidate["state"] {
  if (view.excluded.has(id)) return "failed";
  return view.isWaking(id) ? "waking" : "asleep";
}

function awake(backend: Backend, view: RouteView): TraceCandidate["state"] {
  const { softLimit = DEFAULT_SOFT_LIMIT, hardLimit = Infinity } = backend.service.concurrency;
  const load = view.load(backend.key);
  if (view.excluded.has(backend.machine.id)) return "failed";
  if (view.isWaking(backend.machine.id)) return "waking";
  if (!view.isHealthy(backend)) return "unhealthy";
  if (load >= hardLimit) return "full";
  return load < softLimit ? "ready" : "soft";
}

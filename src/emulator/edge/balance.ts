// Pure: which machine takes a request. Closest first, least loaded in three buckets, by chance among equals
// (statements LB-01 to LB-08), and which sleeping machine is started for it (ER-03, AS-10).
import { ASLEEP, type Backend, type Ring } from "./world-index.ts";

export interface BalanceView {
  /** Requests or connections in flight at the backend with that key. */
  load(key: string): number;
  isHealthy(backend: Backend): boolean;
  /** The machine is being started for requests that wait for it. */
  isWaking(machineId: string): boolean;
  /** Machines that have failed this request. */
  readonly excluded: ReadonlySet<string>;
  /** A number in [0, 1). */
  random(): number;
  nowMs(): number;
}

export type Choice =
  | { readonly kind: "chosen"; readonly backend: Backend; readonly rttMs: number }
  /** The machine has to be started first, or is just being started. */
  | { readonly kind: "wake"; readonly backend: Backend; readonly rttMs: number }
  /** All healthy machines are at their hard limit. */
  | { readonly kind: "full" }
  | { readonly kind: "unhealthy" }
  /** The only machines are just being started or replaced. */
  | { readonly kind: "coming" }
  /** There is no machine, or each has failed this request. */
  | { readonly kind: "none" };

/** What the platform takes for a service that sets no soft limit (LB-05). */
export const DEFAULT_SOFT_LIMIT = 20;

/** A machine that stopped less than this ago is started only where nothing else can take the request (ER-03). */
export const RECENTLY_STOPPED_MS = 300_000;

/**
 * The documentation contradicts itself on when machines of another region take over: "only when all Machines in the
 * local region are unhealthy or at their hard_limit", but in an example already at the soft limit. The sentence is an
 * explicit note, the example older: so it is the hard limit.
 */
export const SPILL_AT: "soft" | "hard" = "hard";

/** Chooses among rings of backends that are sorted by distance. */
export function chooseBackend(rings: readonly Ring[], view: BalanceView): Choice {
  let full = false;
  let unhealthy = false;
  let comes = false;
  let busiest: { readonly backend: Backend; readonly rttMs: number } | undefined;
  let lastResort: { readonly backend: Backend; readonly rttMs: number } | undefined;
  for (const { rttMs, backends, asleep, coming } of rings) {
    const belowSoft: Backend[] = [];
    const belowHard: Backend[] = [];
    let waking: Backend | undefined;
    for (const backend of backends) {
      const { id } = backend.machine;
      if (view.excluded.has(id)) continue;
      if (view.isWaking(id)) {
        waking = backend;
        continue;
      }
      if (!view.isHealthy(backend)) {
        unhealthy = true;
        continue;
      }
      const { softLimit = DEFAULT_SOFT_LIMIT, hardLimit = Infinity } = backend.service.concurrency;
      const load = view.load(backend.key);
      if (load >= hardLimit) full = true;
      else if (load < softLimit) belowSoft.push(backend);
      else belowHard.push(backend);
    }
    comes ||= coming.some(({ machine }) => !view.excluded.has(machine.id));
    const idle = belowSoft[Math.floor(view.random() * belowSoft.length)];
    if (idle !== undefined) return { kind: "chosen", backend: idle, rttMs };
    if (waking !== undefined) return { kind: "wake", backend: waking, rttMs };
    const sleeper = asleep.length > 0 ? chooseSleeper(asleep, view) : undefined;
    if (sleeper !== undefined && !sleeper.recent) return { kind: "wake", backend: sleeper.backend, rttMs };
    if (sleeper !== undefined) lastResort ??= { backend: sleeper.backend, rttMs };
    // A farther ring is used only where nothing here may take more (LB-08).
    const busy = belowHard[Math.floor(view.random() * belowHard.length)];
    if (busy === undefined) continue;
    if (SPILL_AT === "hard") return { kind: "chosen", backend: busy, rttMs };
    busiest ??= { backend: busy, rttMs };
  }
  if (busiest !== undefined) return { kind: "chosen", ...busiest };
  if (lastResort !== undefined) return { kind: "wake", ...lastResort };
  if (full) return { kind: "full" };
  if (unhealthy) return { kind: "unhealthy" };
  return { kind: comes ? "coming" : "none" };
}

/** One that is being started already, else one by chance that has slept for a while, else one that has just stopped. */
function chooseSleeper(
  asleep: readonly Backend[],
  view: BalanceView,
): { readonly backend: Backend; readonly recent: boolean } | undefined {
  const present = asleep.filter(({ machine }) => !view.excluded.has(machine.id));
  const waking = present.find(({ machine }) => view.isWaking(machine.id));
  if (waking !== undefined) return { backend: waking, recent: false };
  const sinceMs = view.nowMs() - RECENTLY_STOPPED_MS;
  const rested = present.filter(
    ({ machine }) => ASLEEP.has(machine.state ?? "") && (machine.stoppedAtMs ?? 0) <= sinceMs,
  );
  const from = rested.length > 0 ? rested : present;
  const backend = from[Math.floor(view.random() * from.length)];
  return backend === undefined ? undefined : { backend, recent: rested.length === 0 };
}

// Pure: which machine takes a request. Closest first, least loaded in three buckets, by chance among equals
// (statements LB-01 to LB-08 of the platform's documentation).
import type { Backend, Ring } from "./world-index.ts";

export interface BalanceView {
  /** Requests or connections in flight at the backend with that key. */
  load(key: string): number;
  isHealthy(backend: Backend): boolean;
  /** Machines that have failed this request. */
  readonly excluded: ReadonlySet<string>;
  /** A number in [0, 1). */
  random(): number;
}

export type Choice =
  | { readonly kind: "chosen"; readonly backend: Backend; readonly rttMs: number }
  /** All healthy machines are at their hard limit. */
  | { readonly kind: "full" }
  | { readonly kind: "unhealthy" }
  /** There is no machine, or each has failed this request. */
  | { readonly kind: "none" };

/** What the platform takes for a service that sets no soft limit (LB-05). */
export const DEFAULT_SOFT_LIMIT = 20;

/** Chooses among rings of backends that are sorted by distance. */
export function chooseBackend(rings: readonly Ring[], view: BalanceView): Choice {
  let full = false;
  let unhealthy = false;
  for (const { rttMs, backends } of rings) {
    const belowSoft: Backend[] = [];
    const belowHard: Backend[] = [];
    for (const backend of backends) {
      if (view.excluded.has(backend.machine.id)) continue;
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
    // A farther ring is used only where nothing here may take more (LB-08).
    const equals = belowSoft.length > 0 ? belowSoft : belowHard;
    const backend = equals[Math.floor(view.random() * equals.length)];
    if (backend !== undefined) return { kind: "chosen", backend, rttMs };
  }
  if (full) return { kind: "full" };
  return { kind: unhealthy ? "unhealthy" : "none" };
}

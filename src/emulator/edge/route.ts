// Pure: what to do with a request that has entered in a region.
import { type BalanceView, chooseBackend, type Choice } from "./balance.ts";
import type { RegionTest } from "./replay/region-list.ts";
import { type Backend, isComing, mayWake, type Ring, type WorldIndex } from "./world-index.ts";

/** What a client or an app wants of the choice. */
export interface Wish {
  /** Regions in order of preference. */
  readonly regions?: readonly RegionTest[];
  /** No region beside the list is good enough. */
  readonly onlyRegions: boolean;
  readonly instance?: string;
  /** No other machine is good enough. */
  readonly onlyInstance: boolean;
}

export interface RouteRequest {
  readonly app: string;
  /** The public port that the client uses; absent: HTTP's. */
  readonly port?: number;
  readonly wish?: Wish | undefined;
}

/** Everything that the decision depends on besides the request. */
export interface RouteView extends BalanceView {
  readonly world: WorldIndex;
}

export type RouteDecision =
  | { readonly kind: "forward"; readonly backend: Backend; readonly rttMs: number; readonly missed?: string }
  /** A machine has to be started first. */
  | { readonly kind: "wake"; readonly backend: Backend; readonly rttMs: number; readonly missed?: string }
  /** The region has to become active first. */
  | { readonly kind: "activate"; readonly region: string }
  /** A machine may be free, healthy or there in a moment. */
  | { readonly kind: "wait"; readonly for: "a slot" | "a healthy machine" | "a machine that starts" }
  | {
      readonly kind: "unavailable";
      readonly code: "no-such-app" | "no-machine" | "all-failed" | "no-such-machine";
    };

/** Decides on a request from a client in the entry region. `missed` names a preferred machine that could not be had. */
export function route(request: RouteRequest, view: RouteView, entry: string): RouteDecision {
  const { world } = view;
  const { app, port, wish } = request;
  if (!world.apps.has(app)) return { kind: "unavailable", code: "no-such-app" };
  if (!world.regions.has(entry)) return { kind: "activate", region: entry };
  const rings = world.rings(app, entry, port);
  if (wish === undefined) return decisionOf(chooseBackend(rings, view), view);
  let missed: string | undefined;
  if (wish.instance !== undefined) {
    const ring = instanceRing(wish.instance, request, view, entry);
    if (wish.onlyInstance) {
      if (ring === undefined) return { kind: "unavailable", code: "no-such-machine" };
      return decisionOf(chooseBackend([ring], view), view);
    }
    const choice = chooseBackend(ring === undefined ? [] : [ring], view);
    if (choice.kind === "chosen" || choice.kind === "wake") return decisionOf(choice, view);
    missed = wish.instance;
  }
  return decisionOf(chooseInRegions(rings, wish, view), view, missed);
}

/** The machine as a ring of its own, if it may take requests of the app. */
function instanceRing(id: string, { app, port }: RouteRequest, view: RouteView, entry: string): Ring | undefined {
  const backend = view.world.backendOf(id, port);
  if (backend === undefined || backend.machine.app !== app) return undefined;
  const { started, cordoned, region } = backend.machine;
  const awake = started && !cordoned;
  const asleep = !awake && mayWake(backend);
  const coming = !awake && !asleep && isComing(backend);
  if (!awake && !asleep && !coming) return undefined;
  const only = (it: boolean): Backend[] => (it ? [backend] : []);
  return { rttMs: view.world.rttMs(entry, region), backends: only(awake), asleep: only(asleep), coming: only(coming) };
}

function chooseInRegions(rings: readonly Ring[], { regions, onlyRegions }: Wish, view: RouteView): Choice {
  if (regions === undefined) return chooseBackend(rings, view);
  const outcomes: Choice[] = [];
  for (const allows of regions) {
    const choice = chooseBackend(within(rings, allows), view);
    if (choice.kind === "chosen" || choice.kind === "wake") return choice;
    outcomes.push(choice);
  }
  if (!onlyRegions) return chooseBackend(rings, view);
  return (
    outcomes.find(({ kind }) => kind === "full") ??
    outcomes.find(({ kind }) => kind === "unhealthy") ??
    outcomes.find(({ kind }) => kind === "coming") ?? { kind: "none" }
  );
}

function within(rings: readonly Ring[], allows: RegionTest): Ring[] {
  const allowed = (backends: readonly Backend[]): Backend[] => backends.filter(({ machine }) => allows(machine.region));
  return rings.map(({ rttMs, backends, asleep, coming }) => ({
    rttMs,
    backends: allowed(backends),
    asleep: allowed(asleep),
    coming: allowed(coming),
  }));
}

function decisionOf(choice: Choice, view: RouteView, missed?: string): RouteDecision {
  switch (choice.kind) {
    case "chosen":
    case "wake": {
      const { backend, rttMs } = choice;
      const kind = choice.kind === "chosen" ? "forward" : "wake";
      return { kind, backend, rttMs, ...(missed === undefined ? {} : { missed }) };
    }
    case "full":
      return { kind: "wait", for: "a slot" };
    case "unhealthy":
      return { kind: "wait", for: "a healthy machine" };
    case "coming":
      return { kind: "wait", for: "a machine that starts" };
    default:
      return { kind: "unavailable", code: view.excluded.size > 0 ? "all-failed" : "no-machine" };
  }
}

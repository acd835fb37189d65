// Pure: what to do with a request that has entered in a region.
import { type BalanceView, chooseBackend } from "./balance.ts";
import type { Backend, WorldIndex } from "./world-index.ts";

export interface RouteRequest {
  readonly app: string;
}

/** Everything that the decision depends on besides the request. */
export interface RouteView extends BalanceView {
  readonly world: WorldIndex;
}

export type RouteDecision =
  | { readonly kind: "forward"; readonly backend: Backend; readonly rttMs: number }
  /** The region has to become active first. */
  | { readonly kind: "activate"; readonly region: string }
  /** A machine may be free, or healthy, in a moment. */
  | { readonly kind: "wait"; readonly for: "a slot" | "a healthy machine" }
  | { readonly kind: "unavailable"; readonly code: "no-such-app" | "no-machine" | "all-failed" };

/** Decides on a request from a client in the entry region. */
export function route(request: RouteRequest, view: RouteView, entry: string): RouteDecision {
  const { world } = view;
  if (!world.apps.has(request.app)) return { kind: "unavailable", code: "no-such-app" };
  if (!world.regions.has(entry)) return { kind: "activate", region: entry };
  const choice = chooseBackend(world.rings(request.app, entry), view);
  switch (choice.kind) {
    case "chosen":
      return { kind: "forward", backend: choice.backend, rttMs: choice.rttMs };
    case "full":
      return { kind: "wait", for: "a slot" };
    case "unhealthy":
      return { kind: "wait", for: "a healthy machine" };
    default:
      return { kind: "unavailable", code: view.excluded.size > 0 ? "all-failed" : "no-machine" };
  }
}

// What control may ask of edge beside worlds: measurements, and the end of requests to a machine.
import { type ProbeRequest, ProbeRequestSchema, type ProbeResult } from "../../contract/world.ts";
import { AppError } from "../../errors/app-error.ts";
import type { AdminRequest } from "../component/admin-server.ts";

export interface OrdersDeps {
  readonly probe: (request: ProbeRequest) => Promise<ProbeResult>;
  /** Resolves with the number of requests that are still in flight at the machine: 0, or more after the deadline. */
  readonly drain: (machineId: string, timeoutMs: number) => Promise<number>;
}

const MAX_DRAIN_MS = 600_000;
const DEFAULT_DRAIN_MS = 30_000;

/** POST /probe and POST /drain/{machineId}?timeoutMs=…; undefined for everything else. */
export function createOrders({ probe, drain }: OrdersDeps): (request: AdminRequest) => Promise<unknown> | undefined {
  return (request) => {
    if (request.route === "POST /probe") return request.read(ProbeRequestSchema, "a measurement").then(probe);
    const machineId = /^POST \/drain\/([^/]+)$/.exec(request.route)?.[1];
    if (machineId === undefined) return undefined;
    return drain(machineId, drainTimeoutMs(request.query)).then((inFlight) => ({ inFlight }));
  };
}

function drainTimeoutMs(query: URLSearchParams): number {
  const timeoutMs = Number(query.get("timeoutMs") ?? DEFAULT_DRAIN_MS);
  if (Number.isInteger(timeoutMs) && timeoutMs >= 0 && timeoutMs <= MAX_DRAIN_MS) return timeoutMs;
  throw new AppError("REQUEST_INVALID", `timeoutMs has to be a whole number from 0 to ${MAX_DRAIN_MS}`);
}

// What control may ask of edge beside worlds: measurements, the end of requests to a machine, and what became of requests.
import { type ProbeRequest, ProbeRequestSchema, type ProbeResult } from "../../contract/probe.ts";
import { AppError } from "../../errors/app-error.ts";
import type { RequestRecord } from "./request-log.ts";
import type { Tunnels } from "./tunnels.ts";
import type { AdminRequest } from "../component/admin-server.ts";

export interface OrdersDeps {
  readonly probe: (request: ProbeRequest) => Promise<ProbeResult>;
  /** Resolves with the number of requests that are still in flight at the machine: 0, or more after the deadline. */
  readonly drain: (machineId: string, timeoutMs: number) => Promise<number>;
  /** The last requests for an app, oldest first. */
  readonly requests: (app: string, limit: number) => readonly RequestRecord[];
  /** Counters in Prometheus' text format. */
  readonly metrics: () => string;
  readonly tunnels: Pick<Tunnels, "addresses">;
}

const MAX_DRAIN_MS = 600_000;
const DEFAULT_DRAIN_MS = 30_000;

const DEFAULT_LIMIT = 100;

/**
 * POST /probe, POST /drain/{machineId}?timeoutMs=…, GET /requests/{app}?limit=…, GET /metrics and
 * GET /tunnel/addresses?host=…; undefined for everything else.
 */
export function createOrders({
  probe,
  drain,
  requests,
  metrics,
  tunnels,
}: OrdersDeps): (request: AdminRequest) => Promise<unknown> | undefined {
  return (request) => {
    if (request.route === "POST /probe") return request.read(ProbeRequestSchema, "a measurement").then(probe);
    if (request.route === "GET /metrics") return Promise.resolve(metrics());
    if (request.route === "GET /tunnel/addresses")
      return tunnels.addresses(request.query.get("host") ?? "").then((addresses) => ({ addresses }));
    const app = /^GET \/requests\/([^/]+)$/.exec(request.route)?.[1];
    if (app !== undefined) return Promise.resolve(requests(app, Number(request.query.get("limit") ?? DEFAULT_LIMIT)));
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

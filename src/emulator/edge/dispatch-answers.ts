// Pure: codes and addresses that answers of a dispatch need.
import { type EdgeFault, faultLine } from "./app-errors.ts";
import type { SearchFailure } from "./machine-search.ts";
import type { FallbackReason } from "./replay/fields.ts";
import type { UpstreamFault } from "./http1/upstream-connection.ts";
import type { Ring } from "./world-index.ts";

interface SearchEnd {
  readonly status: number;
  /** What stood in the way; undefined: whatever the last attempt has met. */
  readonly cause: EdgeFault | undefined;
  readonly reason: FallbackReason;
}

type Unfound = Exclude<SearchFailure, "no-such-app">;

const SEARCH_ENDS: Readonly<Record<Unfound, SearchEnd>> = {
  "no-machine": { status: 503, cause: "PR01", reason: "no_candidate" },
  "no-such-machine": { status: 503, cause: "PR02", reason: "no_candidate" },
  "no-slot": { status: 503, cause: "PL02", reason: "no_candidate" },
  "no-health": { status: 503, cause: "PR01", reason: "no_candidate" },
  "no-region": { status: 503, cause: undefined, reason: "no_candidate" },
  "all-failed": { status: 502, cause: undefined, reason: "retries_exhausted" },
};

/**
 * What a search without result is told the client (ER-06), the app's log, and an app that asked for a fallback.
 * @param rings the machines that were considered
 */
export function searchEnd(why: Unfound, rings: readonly Ring[]): SearchEnd {
  const end = SEARCH_ENDS[why];
  const full = why === "no-slot" ? rings.find(({ backends }) => backends.length > 0)?.backends[0] : undefined;
  return full?.service.concurrency.type === "connections" ? { ...end, cause: "PL01" } : end;
}

/**
 * The fault of a request that no machine has taken (ER-01). For HTTP it tells the last error, or that there was none; clients
 * of raw TCP have codes of their own.
 */
export function finalFault(
  cause: EdgeFault | undefined,
  attempts: number,
  isRaw: boolean,
): { readonly fault: EdgeFault; readonly more: string } {
  const tried = `${attempts} attempts`;
  if (isRaw) return { fault: cause !== undefined && /^P[RL]/.test(cause) ? cause : "PC07", more: tried };
  if (cause === undefined) return { fault: "PR04", more: tried };
  return { fault: "PR03", more: `${tried}, last error: ${faultLine(cause)}` };
}

const HTTPS_PORT = 443;

/** The platform's code for what happened to an attempt. */
export function faultCode(fault: UpstreamFault): EdgeFault {
  switch (fault) {
    case "refused":
      return "PC01";
    case "reset":
      return "PC03";
    case "timeout":
      return "PC05";
    case "unreachable":
      return "PU03";
    case "handshake":
      return "PU01";
    case "broken":
      return "PU02";
    default:
      return "PU04";
  }
}

/**
 * Whether force_https counts for a host name. Names under .localhost are for people on this machine: browsers take them
 * for secure without TLS, and few machines trust the planet's authority yet. They stay usable as they are.
 */
export function mustBeSecure(host: string): boolean {
  return !/\.localhost(?::\d*)?$/i.test(host);
}

/** The same address over TLS (ER-07): host, path and query stay. */
export function httpsLocation(host: string, tlsPort: number, target: string): string {
  const name = host.replace(/:\d*$/, "");
  return `https://${name}${tlsPort === HTTPS_PORT ? "" : `:${tlsPort}`}${target}`;
}

// Pure: codes and addresses that answers of a dispatch need.
import type { EdgeFault } from "./app-errors.ts";
import type { SearchFailure } from "./machine-search.ts";
import type { FallbackReason } from "./replay/fields.ts";
import type { UpstreamFault } from "./http1/upstream-connection.ts";

interface SearchFault {
  readonly status: number;
  readonly fault: EdgeFault;
  readonly reason: FallbackReason;
}

/** What a search without result is told the client (ER-06), the app's log, and an app that asked for a fallback. */
export const SEARCH_FAULTS: Readonly<Record<Exclude<SearchFailure, "no-such-app" | "no-region">, SearchFault>> = {
  "no-machine": { status: 503, fault: "PR01", reason: "no_candidate" },
  "no-such-machine": { status: 503, fault: "PR02", reason: "no_candidate" },
  "no-slot": { status: 503, fault: "PL02", reason: "no_candidate" },
  "no-health": { status: 503, fault: "PR01", reason: "no_candidate" },
  "all-failed": { status: 502, fault: "PR03", reason: "retries_exhausted" },
};

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

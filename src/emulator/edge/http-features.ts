// Pure: what the HTTP handler of a port does beside routing. Worked out once per world, so that a request to a service that
// asks for nothing pays for nothing.
import type { WorldHttpOptions, WorldMachine, WorldPort, WorldService } from "../../contract/world.ts";

export type TlsOptions = NonNullable<WorldPort["tlsOptions"]>;
export type ReplayCacheRule = NonNullable<WorldHttpOptions["replayCache"]>[number];

export interface HttpFeatures {
  readonly forceHttps: boolean;
  /** Responses may be compressed here (statement CE-04: on, unless the configuration says no). */
  readonly compress: boolean;
  readonly pristine: boolean;
  /** Lower-case names of response fields that are taken away; undefined: none. */
  readonly removed: ReadonlySet<string> | undefined;
  /** Response field lines to add, ends of line included. */
  readonly addedLines: string;
  /** Longest path first. */
  readonly replayCache: readonly ReplayCacheRule[];
  /** How long nothing may move on a client's connection (PH-09); undefined: as the edge has it. */
  readonly idleMs: number | undefined;
  /** How long a client may take for a request's head (PH-09); undefined: as the edge has it. */
  readonly headMs: number | undefined;
  readonly proxyProto: "v1" | "v2" | undefined;
  readonly tls: TlsOptions | undefined;
}

const FIELD_NAME = /^[!#$%&'*+.^`|~\w-]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Names that frame a message or belong to one connection: editing them would break it. */
const NEVER_EDITED: ReadonlySet<string> = new Set([
  "content-length",
  "transfer-encoding",
  "connection",
  "upgrade",
  "keep-alive",
]);

/** The features of one public port. */
export function httpFeatures(port: WorldPort): HttpFeatures {
  const options = port.httpOptions;
  const removed = new Set<string>();
  let addedLines = "";
  for (const [name, edit] of Object.entries(options?.responseHeaders ?? {})) {
    const lower = name.toLowerCase();
    if (!FIELD_NAME.test(name) || NEVER_EDITED.has(lower)) continue;
    if (edit === false) removed.add(lower);
    else for (const value of edit) if (FIELD_VALUE.test(value)) addedLines += `${lower}: ${value}\r\n`;
  }
  return {
    forceHttps: port.forceHttps,
    compress: options?.compress !== false,
    pristine: options?.pristine === true,
    removed: removed.size > 0 ? removed : undefined,
    addedLines,
    replayCache: (options?.replayCache ?? []).toSorted((a, b) => pathLength(b) - pathLength(a)),
    idleMs: options?.idleTimeoutMs,
    headMs: options?.headersReadTimeoutMs,
    proxyProto: port.handlers.includes("proxy_proto") ? (port.proxyProto ?? "v1") : undefined,
    tls: port.tlsOptions,
  };
}

/** Of the path alone: a host name may stand before it. */
function pathLength({ pathPrefix }: ReplayCacheRule): number {
  return pathPrefix.length - Math.max(0, pathPrefix.indexOf("/"));
}

/** Whether a port of any of these machines limits the versions of TLS. */
export function setsTlsVersions(machines: readonly Pick<WorldMachine, "services">[]): boolean {
  return machines.some(({ services }) =>
    services.some(({ ports }) => ports.some(({ tlsOptions }) => tlsOptions?.versions !== undefined)),
  );
}

/** The public port of a service, if it has that one. */
export function publicPort(service: WorldService, port: number): WorldPort | undefined {
  return service.ports.find(({ port: first, endPort = first }) => port >= first && port <= endPort);
}

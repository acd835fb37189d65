// Pure: the fields that the platform adds to requests and responses, and those it takes away (statements HD-01 to HR-05).
import { createHash } from "node:crypto";
import { FIELD } from "./http1/field-names.ts";
import { droppedKinds } from "./http1/head.ts";
import { renderTrace, type Trace } from "./trace.ts";

/** What a client's request loses on its way to the app. */
export const DROPPED_FROM_REQUEST = droppedKinds(
  FIELD.connection,
  FIELD.upgrade,
  FIELD.hopByHop,
  FIELD.forwardedFor,
  FIELD.via,
  FIELD.requestId,
  FIELD.platform,
  FIELD.clientRegion,
  FIELD.trace,
  FIELD.backhaul,
  FIELD.hangar,
  FIELD.twin,
);

/** What an app's response loses on its way to the client. */
export const DROPPED_FROM_RESPONSE = droppedKinds(
  FIELD.connection,
  FIELD.upgrade,
  FIELD.hopByHop,
  FIELD.server,
  FIELD.requestId,
  FIELD.clientRegion,
  FIELD.trace,
  FIELD.backhaul,
  FIELD.hangar,
  FIELD.replay,
);

/** What it loses where the platform's own fields are not wanted (http_options.response.pristine). */
export const DROPPED_FROM_PRISTINE_RESPONSE = droppedKinds(
  FIELD.connection,
  FIELD.upgrade,
  FIELD.hopByHop,
  FIELD.clientRegion,
  FIELD.trace,
  FIELD.backhaul,
  FIELD.hangar,
  FIELD.replay,
);

/** Where requests come in. */
export interface RequestEntrance {
  /** The entry region. */
  readonly region: string;
  /** The service's public port: not that of the planet on the host. */
  readonly port: number;
  /** The client came over TLS. */
  readonly secure: boolean;
  /** The HTTP version that the client speaks: `1.1`, `2`. */
  readonly version: string;
}

/** Field lines for the app that all requests have which come in there. */
export function renderEntranceFields({ region, port, secure, version }: RequestEntrance): string {
  const proto = secure ? "https" : "http";
  const ssl = secure ? "on" : "off";
  return (
    `fly-forwarded-port: ${port}\r\nfly-forwarded-proto: ${proto}\r\nfly-forwarded-ssl: ${ssl}\r\n` +
    `fly-region: ${region}\r\nvia: ${version} fly.io\r\n` +
    `x-forwarded-port: ${port}\r\nx-forwarded-proto: ${proto}\r\nx-forwarded-ssl: ${ssl}\r\n`
  );
}

export interface RequestOrigin {
  readonly clientAddress: string;
  /** What the client itself put into X-Forwarded-For. */
  readonly forwardedFor: string | undefined;
  /** The address that stands for the app's public one, the last in X-Forwarded-For (HD-02). */
  readonly publicAddress: string;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
}

/** The last time that was rendered: requests of one millisecond share it, and to render so large a number takes a while. */
let renderedMs = Number.NaN;
let startLine = "";

function renderStart(startMs: number): string {
  if (startMs !== renderedMs) {
    renderedMs = startMs;
    startLine = `x-request-start: t=${startMs}000\r\n`;
  }
  return startLine;
}

/** Field lines for the app that each request has for itself. */
export function renderRequestFields(origin: RequestOrigin): string {
  const { clientAddress, forwardedFor, publicAddress, requestId, startMs } = origin;
  const chain = forwardedFor === undefined || forwardedFor === "" ? clientAddress : `${forwardedFor}, ${clientAddress}`;
  return (
    `fly-client-ip: ${clientAddress}\r\nfly-request-id: ${requestId}\r\n` +
    `x-forwarded-for: ${chain}, ${publicAddress}\r\n${renderStart(startMs)}`
  );
}

/** The value of Server: as on the platform a build's hash and day, here those of this edge (HR-01). */
export function serverName(version: string, startedMs: number): string {
  const build = createHash("sha256").update(`hangar ${version}`).digest("hex").slice(0, 9);
  return `Fly/${build} (${new Date(startedMs).toISOString().slice(0, 10)})`;
}

/** The field lines for the client that all responses have. @param version the HTTP version that it speaks */
export function renderServerFields(server: string, version: string): string {
  return `server: ${server}\r\nvia: ${version} fly.io\r\n`;
}

/** Field lines for the client. @param serverFields as renderServerFields gives them */
export function renderResponseFields(serverFields: string, requestId: string, trace: Trace | undefined): string {
  const lines = `${serverFields}fly-request-id: ${requestId}\r\n`;
  return trace === undefined ? lines : lines + renderTrace(trace);
}

// Pure: the fields that the platform adds to requests and responses, and those it takes away (statements HD-01 to HR-05).
import { FIELD } from "./http1/field-names.ts";
import { droppedKinds } from "./http1/head.ts";

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
);

export interface RequestOrigin {
  readonly clientAddress: string;
  /** What the client itself put into X-Forwarded-For. */
  readonly forwardedFor: string | undefined;
  /** The entry region. */
  readonly region: string;
  /** The address that stands for the app's public one, the last in X-Forwarded-For (HD-02). */
  readonly publicAddress: string;
  readonly requestId: string;
  /** The client used TLS. */
  readonly secure: boolean;
  /** Microseconds since the epoch. */
  readonly startUs: number;
}

/** Field lines for the app. Port and protocol are those of the service, not of the planet's port on the host. */
export function renderRequestFields(origin: RequestOrigin): string {
  const { clientAddress, forwardedFor, region, publicAddress, requestId, secure, startUs } = origin;
  const [port, proto, ssl] = secure ? [443, "https", "on"] : [80, "http", "off"];
  const chain = forwardedFor === undefined || forwardedFor === "" ? clientAddress : `${forwardedFor}, ${clientAddress}`;
  return (
    `fly-client-ip: ${clientAddress}\r\nfly-forwarded-port: ${port}\r\nfly-forwarded-proto: ${proto}\r\nfly-forwarded-ssl: ${ssl}\r\n` +
    `fly-region: ${region}\r\nfly-request-id: ${requestId}\r\nvia: 1.1 fly.io\r\n` +
    `x-forwarded-for: ${chain}, ${publicAddress}\r\nx-forwarded-port: ${port}\r\nx-forwarded-proto: ${proto}\r\nx-forwarded-ssl: ${ssl}\r\n` +
    `x-request-start: t=${startUs}\r\n`
  );
}

/** Where a request went, for people who ask by `hangar-trace: 1`. */
export interface Trace {
  readonly edge: string;
  readonly region?: string;
  readonly machine?: string;
  readonly rttMs?: number;
  readonly attempts: number;
}

/** Field lines for the client. */
export function renderResponseFields(server: string, requestId: string, trace: Trace | undefined): string {
  const traced = trace === undefined ? "" : `hangar-trace: ${JSON.stringify(trace)}\r\n`;
  return `server: ${server}\r\nvia: 1.1 fly.io\r\nfly-request-id: ${requestId}\r\n${traced}`;
}

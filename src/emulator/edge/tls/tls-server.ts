// Ends TLS: chooses the certificate by the name that the client asks for, and hands over what is inside.
import { randomBytes } from "node:crypto";
import tls from "node:tls";
import type { Conn, ConnListener } from "../http1/conn.ts";
import type { TlsOptions } from "../http-features.ts";
import { Handshake, type HandshakeDeps, type Secured, type TrafficSecrets } from "./handshake.ts";
import type { LeafCertificates } from "./leaf-certificates.ts";
import type { RecordSpace } from "./record-space.ts";
import { loadRecordSpace } from "./openssl-space.ts";

/** A client that has not shaken hands by then is not going to. */
export const HANDSHAKE_MS = 10_000;
/** Handshakes at a time; when there are more, the oldest makes room. */
export const MAX_HANDSHAKES = 1_024;
/** How long a session can be taken up again. */
const SESSION_SECONDS = 7_200;
/** The platform's (PH-04): those of TLS 1.3, and of 1.2 those for ECDSA alone. What costs us least comes first. */
const CIPHERS = [
  ...["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
  ...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"],
].join(":");
const HTTP_PROTOCOLS: readonly string[] = ["h2", "http/1.1"];

export interface TlsServerDeps {
  readonly certificates: Pick<LeafCertificates, "contextFor">;
  /** The version of the certificate for a name in lower case; undefined where this planet does not answer for it. */
  versionOf(name: string): string | undefined;
  /** What the service with that name asks for; an empty list of protocols: none is agreed on. */
  options?(name: string): TlsOptions | undefined;
  /** The versions that all names have; absent: what the options of the name "" say. */
  readonly versions?: readonly string[];
  /** The certificate for clients whose name is unknown, or who give none; absent: they are refused. */
  readonly unnamed?: { readonly certificate: string; readonly key: string } | undefined;
  /** Where records are sealed; absent: OpenSSL's functions do it. */
  loadSpace?(): Promise<RecordSpace>;
  log(text: string): void;
}

export interface TlsServer {
  /** Shakes hands on a connection. @param open makes its Conn */
  shake(this: void, open: (listener: ConnListener) => Conn): void;
}

/** Connections come to `opened` after their handshake. The words of failures are the platform's (PT03 to PT08). */
export function createTlsServer(deps: TlsServerDeps, opened: (secured: Secured) => void): TlsServer {
  const { certificates, versionOf, options, unnamed, log } = deps;
  const general = options?.("");
  const { versions = general?.versions } = deps;
  const server = tls.createServer({
    ciphers: CIPHERS,
    ...(unnamed === undefined ? {} : { cert: unnamed.certificate, key: unnamed.key }),
    ...{ minVersion: oldest(versions), maxVersion: newest(versions) },
    ...(general?.alpn?.length === 0
      ? {}
      : {
          ALPNCallback: ({ servername, protocols }: { servername: string; protocols: string[] }) =>
            (options?.(servername.toLowerCase())?.alpn ?? HTTP_PROTOCOLS).find((one) => protocols.includes(one)),
        }),
    ...{ handshakeTimeout: HANDSHAKE_MS, sessionTimeout: SESSION_SECONDS, ticketKeys: randomBytes(48) },
    // Sessions of all names share one set of ticket keys; each session remembers its own name.
    sessionIdContext: "hangar",
    SNICallback: (given, answer) => {
      const name = given.toLowerCase();
      const version = versionOf(name);
      if (version === undefined) {
        // Without a context of the name's own, the server's is used.
        if (unnamed !== undefined) return answer(null);
        log(`[PT05] no valid tls certificate was found for SNI ${name}. aborted connection`);
        return answer(new Error("unknown name"));
      }
      certificates.contextFor(name, version).then(
        (context) => answer(null, context),
        (error: unknown) => {
          log(`[PT09] internal tls error: ${name}: ${error instanceof Error ? error.message : String(error)}`);
          answer(new Error("no certificate"));
        },
      );
      return undefined;
    },
  });
  const secrets = new WeakMap<tls.TLSSocket, TrafficSecrets>();
  server.on("keylog", (line: Buffer, socket) => {
    const [label, , secret = ""] = line.toString("latin1").trimEnd().split(" ");
    const side = label === "CLIENT_TRAFFIC_SECRET_0" ? "client" : label === "SERVER_TRAFFIC_SECRET_0" ? "server" : "";
    if (side === "") return;
    const known = secrets.get(socket) ?? {};
    secrets.set(socket, { ...known, [side]: Buffer.from(secret, "hex") });
  });
  const shaking = new Set<Handshake>();
  /** Whose bytes the server reads: its events name a socket, and not the stream below it. */
  let reading: Handshake | undefined;
  server.on("secureConnection", (socket) => {
    if (reading === undefined) socket.destroy();
    else reading.done(socket, secrets.get(socket) ?? {});
  });
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket) => {
    // The alert is on its way; what a client does after it does not matter.
    socket.destroy();
    if (error.message !== "unknown name" && error.message !== "no certificate") log(explain(error));
  });
  let space: Promise<RecordSpace> | undefined;
  const loadSpace = (): Promise<RecordSpace> =>
    (space ??= (deps.loadSpace ?? loadRecordSpace)().catch((error: unknown) => {
      log(`records of TLS 1.3 stay with node:tls, which costs more: ${String(error)}`);
      throw error;
    }));
  const handshakeDeps: HandshakeDeps = {
    ...{ opened, loadSpace },
    begin: (stream) => void server.emit("connection", stream),
    during(handshake, run) {
      reading = handshake;
      try {
        run();
      } finally {
        reading = undefined;
      }
    },
    over: (handshake) => void shaking.delete(handshake),
  };
  return {
    shake(open) {
      const [longest] = shaking;
      if (shaking.size >= MAX_HANDSHAKES) longest?.destroy();
      shaking.add(new Handshake(open, handshakeDeps));
    },
  };
}

/** The platform has two versions, and both where nothing is said. */
function oldest(versions: readonly string[] | undefined): tls.SecureVersion {
  return versions?.some((version) => /1\.?2$/.test(version)) === false ? "TLSv1.3" : "TLSv1.2";
}

function newest(versions: readonly string[] | undefined): tls.SecureVersion {
  return versions?.some((version) => /1\.?3$/.test(version)) === false ? "TLSv1.2" : "TLSv1.3";
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  if (code === "ERR_TLS_HANDSHAKE_TIMEOUT") return "[PT08] tls handshake timed out";
  if (code === "ECONNRESET") return "[PT03] tls handshake was canceled";
  if (/no shared cipher|no suitable signature|certificate set/i.test(message))
    return "[PT06] no valid tls certificate was found. aborted connection";
  return `[PT04] tls handshake failed: ${message}`;
}

// Ends TLS: chooses the certificate by the name that the client asks for, and hands over what is inside.
import { randomBytes } from "node:crypto";
import type net from "node:net";
import tls from "node:tls";
import type { LeafCertificates } from "./leaf-certificates.ts";

/** A client that has not shaken hands by then is not going to. */
const HANDSHAKE_MS = 10_000;
/** How long a session can be taken up again. */
const SESSION_SECONDS = 7_200;

export interface TlsServerDeps {
  readonly certificates: LeafCertificates;
  /** The version of the certificate for a name in lower case; undefined where this planet does not answer for it. */
  versionOf(name: string): string | undefined;
  log(text: string): void;
}

/** A server whose connections come to `opened` after their handshake. The words of failures are the platform's (PT03 to PT08). */
export function createTlsServer(
  { certificates, versionOf, log }: TlsServerDeps,
  opened: (socket: tls.TLSSocket) => void,
): net.Server {
  const server = tls.createServer({
    ...{ allowHalfOpen: true, noDelay: true, minVersion: "TLSv1.2", ALPNProtocols: ["h2", "http/1.1"] },
    ...{ handshakeTimeout: HANDSHAKE_MS, sessionTimeout: SESSION_SECONDS, ticketKeys: randomBytes(48) },
    // Sessions of all names share one set of ticket keys; each session remembers its own name.
    sessionIdContext: "hangar",
    SNICallback: (given, answer) => {
      const name = given.toLowerCase();
      const version = versionOf(name);
      if (version === undefined) {
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
  server.on("secureConnection", opened);
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket) => {
    // The alert is on its way; what a client does after it does not matter.
    socket.destroy();
    if (error.message !== "unknown name" && error.message !== "no certificate") log(explain(error));
  });
  return server;
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  if (code === "ERR_TLS_HANDSHAKE_TIMEOUT") return "[PT08] tls handshake timed out";
  if (code === "ECONNRESET") return "[PT03] tls handshake was canceled";
  if (/no shared cipher|no suitable signature|certificate set/i.test(message))
    return "[PT06] no valid tls certificate was found. aborted connection";
  return `[PT04] tls handshake failed: ${message}`;
}

// Whether a Docker engine answers at all, and the time it has: virtual machines fall behind while the laptop sleeps.
import { request } from "node:http";
import type { DockerAddress } from "./docker-socket.ts";

/** `silent`: it took the connection and said nothing. `unknown`: over TLS, which needs the engine's certificates, or refused. */
export type EnginePing =
  | { readonly kind: "answered"; readonly dateMs: number | undefined }
  | { readonly kind: "silent" | "unknown" };

/** Asks the engine for a sign of life. Its time comes in whole seconds since the epoch, given in milliseconds. */
export function pingEngine(address: DockerAddress, timeoutMs: number): Promise<EnginePing> {
  if ("host" in address && address.host.protocol === "https") return Promise.resolve({ kind: "unknown" });
  const target =
    "socketPath" in address
      ? { socketPath: address.socketPath }
      : { host: address.host.hostname, port: address.host.port };
  const deadline = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const outgoing = request({ ...target, path: "/_ping", signal: deadline }, (response) => {
      response.resume();
      response.on("error", () => undefined); // the deadline came while the few bytes of the body did not
      const dateMs = Date.parse(response.headers.date ?? "");
      resolve({ kind: "answered", dateMs: Number.isNaN(dateMs) ? undefined : dateMs });
    });
    outgoing.on("error", () => resolve({ kind: deadline.aborted ? "silent" : "unknown" }));
    outgoing.end();
  });
}

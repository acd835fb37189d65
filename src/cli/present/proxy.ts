// What a proxy tells while it runs.
import type { AppError } from "../../errors/app-error.ts";
import type { ProxyReady } from "../../operations/proxy/run-proxy.ts";

/** Where to connect, and what is behind it. */
export function renderProxyReady({ local, host, port, addresses }: ProxyReady): string {
  return `Proxying ${local} to ${host}, port ${port} (${addresses.join(", ")}); end with Ctrl-C`;
}

/** Why a connection did not come about, and what may help. */
export function renderProxyFailure({ message, suggestions }: AppError): string {
  return ["A connection failed", message, ...suggestions].join(": ");
}

/** The same for --json. */
export function proxyFailure({ code, message, suggestions }: AppError): object {
  return { event: "failed", code, error: message, suggestions };
}

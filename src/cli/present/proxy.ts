import type { ProxyReady } from "../../operations/proxy/run-proxy.ts";

/** Where to connect, and what that leads to. */
export function renderProxyReady({ local, host, port, addresses }: ProxyReady): string {
  return `Proxying ${local} to ${host}, port ${port} (${addresses.join(", ")}); end with Ctrl-C`;
}

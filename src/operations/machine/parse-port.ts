import type { ServiceConfig } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";

const FORM = /^(?:(\d{1,5})(?::(\d{1,5}))?|-:(\d{1,5}))(?:\/(tcp|udp))?((?::[a-z_]+)*)$/;
const HANDLERS = ["http", "tls", "pg_tls", "proxy_proto", "edge_http"];

/**
 * Reads a service as `machine run --port` has it: `EDGE:INTERNAL/PROTOCOL:HANDLER:…`, where everything but the first port
 * may be missing. `80:8080/tcp:http`, `443:8080:tls:http`, `8080`.
 * @throws USAGE
 */
export function parsePort(word: string): ServiceConfig {
  const match = FORM.exec(word);
  const external = match?.[1] === undefined ? undefined : Number(match[1]);
  const internal = Number(match?.[2] ?? match?.[1] ?? match?.[3]);
  const handlers = (match?.[5] ?? "").split(":").filter((handler) => handler !== "");
  const ports = external === undefined ? [internal] : [external, internal];
  const unknown = handlers.find((handler) => !HANDLERS.includes(handler));
  if (match === null || ports.some((port) => !(port >= 1 && port <= 65_535)) || unknown !== undefined) {
    throw new AppError("USAGE", `--port "${word.slice(0, 60)}" is not EDGE:INTERNAL/PROTOCOL:HANDLER`, {
      suggestions: ["--port 80:8080/tcp:http", "--port 443:8080:tls:http", `handlers: ${HANDLERS.join(", ")}`],
    });
  }
  return {
    protocol: match[4] === "udp" ? "udp" : "tcp",
    internal_port: internal,
    ...(external === undefined ? {} : { ports: [{ port: external, handlers }] }),
  };
}

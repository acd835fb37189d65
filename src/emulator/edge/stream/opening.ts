// Pure: how the connection to a machine begins for a client's request.
import type { WorldRegion } from "../../../contract/world.ts";
import type { ClientRequest } from "../client-request.ts";
import type { Opening } from "../http1/conn.ts";
import { renderProxyPreface } from "./proxy-preface.ts";

/** Undefined where it begins with the request, as it mostly does. @param entry where the client enters */
export function openingFor(
  proxyProto: "v1" | "v2" | undefined,
  { entrance, address, clientPort }: Pick<ClientRequest, "entrance" | "address" | "clientPort">,
  entry: Pick<WorldRegion, "edge4">,
): Opening | undefined {
  const raw = entrance.raw === true;
  if (proxyProto === undefined) return raw ? { raw, preface: "" } : undefined;
  const server = { serverAddress: entrance.address ?? entry.edge4, serverPort: entrance.port };
  return { raw, preface: renderProxyPreface(proxyProto, { clientAddress: address, clientPort, ...server }) };
}

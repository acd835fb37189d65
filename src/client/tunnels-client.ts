// Client of a planet's tunnels: connections from this machine to programs in the planet's private network.
import { TUNNEL_PROTOCOL, TunnelAddressesSchema } from "../contract/tunnels.ts";
import { requestUpgrade, type UpgradedSocket } from "../platform/http-upgrade.ts";
import { apiErrorOf } from "./machines/api-error.ts";
import { createTransport, type TransportOptions } from "./machines/transport.ts";

export interface TunnelsClient {
  /** What a host stands for. @throws APP_NOT_FOUND, HOST_NOT_FOUND, REQUEST_INVALID */
  addresses(app: string, host: string): Promise<readonly string[]>;
  /** A connection to it; one way may end before the other. @throws also APP_NOT_LISTENING, UNREACHABLE */
  open(app: string, host: string, port: number): Promise<UpgradedSocket>;
}

const OPEN_MS = 30_000;

/** Makes no request by itself. */
export function createTunnelsClient(options: TransportOptions): TunnelsClient {
  const { baseUrl, token, signal } = options;
  const transport = createTransport(options);
  const pathOf = (app: string, host: string): string =>
    `/hangar/v1/apps/${encodeURIComponent(app)}/tunnels/${encodeURIComponent(host)}`;
  return {
    addresses: async (app, host) =>
      (await transport.fetch({ method: "GET", path: pathOf(app, host) }, TunnelAddressesSchema)).addresses,
    open: async (app, host, port) => {
      const path = `${pathOf(app, host)}/${port}`;
      const answer = await requestUpgrade(`${baseUrl}${path}`, {
        protocol: TUNNEL_PROTOCOL,
        token,
        timeoutMs: OPEN_MS,
        ...(signal === undefined ? {} : { signal }),
      });
      if (answer.socket === undefined) throw apiErrorOf(answer.status, answer.body, "GET", path);
      return answer.socket;
    },
  };
}

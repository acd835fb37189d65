// Tunnels from the host into the planet's network: control cannot reach it, so each goes on through a connection to edge.
import { Hono } from "hono";
import type { Duplex } from "node:stream";
import { z } from "zod";
import { TUNNEL_PROTOCOL, TunnelEndSchema } from "../../contract/tunnels.ts";
import { AppError } from "../../errors/app-error.ts";
import { isErrorCode } from "../../errors/catalogue.ts";
import { requestUpgrade } from "../../platform/http-upgrade.ts";
import { joinStreams } from "../../platform/join-streams.ts";
import type { ApiEnv } from "./auth.ts";
import type { HttpSend } from "./publisher.ts";
import type { UpgradeRoute } from "./upgrades.ts";

export interface TunnelDeps {
  /** @throws APP_NOT_FOUND */
  readonly requireApp: (app: string) => void;
  readonly edgeUrl: string;
  /** The planet's own, which edge wants to see. */
  readonly token: string;
  readonly send: HttpSend;
}

/** Edge tries each address of a name, across oceans. */
const OPEN_MS = 20_000;

const RefusalSchema = z.object({
  error: z.string(),
  code: z.string().refine(isErrorCode),
  suggestions: z.array(z.string()),
});

/** What edge refused, as its own failure. */
function refusalOf(status: number, body: string): AppError {
  try {
    const { error, code, suggestions } = RefusalSchema.parse(JSON.parse(body));
    return new AppError(code, error, { suggestions });
  } catch (cause) {
    return new AppError("UNREACHABLE", `edge answered with status ${status}`, { cause });
  }
}

/** @throws REQUEST_INVALID */
function endOf(host: string, port: string): z.infer<typeof TunnelEndSchema> {
  const end = TunnelEndSchema.safeParse({ host, port });
  if (!end.success) throw new AppError("REQUEST_INVALID", `${host}:${port} is no end of a tunnel`);
  return end.data;
}

/** /hangar/v1/apps/{app}/tunnels/{host}/{port} */
export function tunnelRoute({ requireApp, edgeUrl, token }: TunnelDeps): UpgradeRoute {
  return {
    protocol: TUNNEL_PROTOCOL,
    path: /^\/hangar\/v1\/apps\/([^/]+)\/tunnels\/([^/]+)\/(\d+)$/,
    prepare: async ({ words: [app = "", host = "", port = ""] }) => {
      requireApp(app);
      const end = endOf(host, port);
      const query = new URLSearchParams({ host: end.host, port });
      const answer = await requestUpgrade(`${edgeUrl}/tunnel?${query.toString()}`, {
        protocol: TUNNEL_PROTOCOL,
        token,
        timeoutMs: OPEN_MS,
      });
      if (answer.socket === undefined) throw refusalOf(answer.status, answer.body);
      const { socket: far } = answer;
      return (near: Duplex) => joinStreams(near, far);
    },
  };
}

/** GET /apps/{app}/tunnels/{host}: the addresses that it stands for. */
export function tunnelRoutes({ requireApp, edgeUrl, send }: TunnelDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>().get("/apps/:app/tunnels/:host", async (context) => {
    requireApp(context.req.param("app"));
    const { host } = endOf(context.req.param("host"), "1");
    const query = new URLSearchParams({ host });
    const { status, body } = await send(`${edgeUrl}/tunnel/addresses?${query.toString()}`, {
      method: "GET",
      timeoutMs: OPEN_MS,
    });
    if (status !== 200) throw refusalOf(status, body);
    return context.body(body, 200, { "content-type": "application/json" });
  });
}

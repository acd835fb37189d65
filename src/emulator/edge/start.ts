// Starts edge: data plane, stored world, admin endpoint, clients' ports, in that order.
import { randomBytes, randomUUID } from "node:crypto";
import {
  COMPONENT_PORT,
  EDGE_BACKHAUL_PORT,
  EDGE_ECHO_PORT,
  EDGE_HTTP_PORT,
  EDGE_HTTPS_PORT,
} from "../../contract/ports.ts";
import { AppError, asAppError } from "../../errors/app-error.ts";
import type { OpenAnswer } from "../../platform/http-send.ts";
import { dial, lookUpAddresses } from "../../platform/dial.ts";
import { createWorldFile, type WorldFileDeps } from "../component/world-file.ts";
import { createAdminServer } from "../component/admin-server.ts";
import { renderMetrics } from "./metrics.ts";
import { createOrders } from "./orders.ts";
import { runCheck } from "./checks/run-check.ts";
import { createDataPlane, type DataPlaneDeps } from "./data-plane.ts";
import { createEdge } from "./edge.ts";
import { createTunnels, tunnelUpgrade } from "./tunnels.ts";
import { chooseSockets } from "./http1/choose-sockets.ts";
import { CLIENT_TIME_LIMITS } from "./http1/client-policy.ts";
import { serverName } from "./platform-fields.ts";
import { warmUp } from "./warm-up.ts";
import { createPolicyRouting, type PolicyRoutingDeps } from "./policy-routing.ts";

export interface StartEdgeDeps extends PolicyRoutingDeps {
  readonly token: string;
  /** Base URL of control on the management network. */
  readonly controlUrl: string;
  readonly version: string;
  readonly worldFile: WorldFileDeps;
  readonly send: (
    url: string,
    options: { readonly method: "POST"; readonly body: string; readonly timeoutMs: number },
  ) => Promise<{ readonly status: number; readonly body: string }>;
  readonly open: (
    url: string,
    options: { readonly method: "POST"; readonly body: string; readonly timeoutMs: number },
  ) => Promise<OpenAnswer>;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  /** Runs something later, unless the returned function is called before. */
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly random: () => number;
  readonly log: (text: string) => void;
}

/** Names are answered by the region's own wan. */
const LOOK_UP_MS = 2_000;
/** More than a handshake takes around the planet, with one packet lost. */
const TUNNEL_OPEN_MS = 5_000;

export interface RunningEdge {
  /** Accepts nothing more and resolves when all requests are answered, or after the deadline. */
  stop(deadlineMs: number): Promise<void>;
}

/** @throws PLANET_START_FAILED, PORT_TAKEN */
export async function startEdge(deps: StartEdgeDeps): Promise<RunningEdge> {
  const { managementAddress, token, controlUrl, version, send, open, nowMs, monotonicMs, timer, random, log } = deps;
  const sockets = await chooseSockets({ timer, log });
  const dataPlaneDeps: DataPlaneDeps = {
    ...{
      sockets,
      runCheck,
      backhaulPort: EDGE_BACKHAUL_PORT,
      echoPort: EDGE_ECHO_PORT,
      timeLimits: CLIENT_TIME_LIMITS,
    },
    ...{
      server: serverName(version, nowMs()),
      nowMs: sockets.clock(nowMs),
      monotonicMs,
      timer,
      random,
      randomBytes,
      log,
    },
    post: (path, body, timeoutMs) =>
      send(`${controlUrl}${path}`, { method: "POST", body: JSON.stringify(body), timeoutMs }),
    open: (path, body, timeoutMs) =>
      open(`${controlUrl}${path}`, { method: "POST", body: JSON.stringify(body), timeoutMs }),
  };
  const dataPlane = createDataPlane(dataPlaneDeps);
  const edge = createEdge({
    ...{ dataPlane, routing: createPolicyRouting(deps), file: createWorldFile(deps.worldFile) },
    ...{ probe: { echoPort: EDGE_ECHO_PORT, monotonicMs, timer }, startId: randomUUID(), pid: process.pid, log },
  });
  const tunnels = createTunnels({
    world: dataPlane.world,
    lookUp: (host, { wan4, edge4 }) =>
      lookUpAddresses(host, { server: wan4, localAddress: edge4, timeoutMs: LOOK_UP_MS }),
    connect: (target) => dial({ ...target, timeoutMs: TUNNEL_OPEN_MS }),
  });
  await edge.restore();
  const admin = createAdminServer({
    token,
    status: edge.status,
    putWorld: edge.putWorld,
    more: createOrders({
      ...{ probe: edge.probe, drain: edge.drain, requests: dataPlane.requests.of, tunnels },
      metrics: () => renderMetrics(dataPlane.requests.series(), dataPlane.world(), dataPlane.load),
    }),
    upgrade: tunnelUpgrade(tunnels),
  });
  await new Promise<void>((resolve, reject) => {
    admin.once("error", (cause) =>
      reject(new AppError("PLANET_START_FAILED", `edge cannot listen on ${managementAddress}`, { cause })),
    );
    admin.listen({ host: managementAddress, port: COMPONENT_PORT }, resolve);
  });
  // Which of edge's networks the engine publishes the port on changes with each attachment, so all addresses are listened on.
  await dataPlane.clients.listen("0.0.0.0", EDGE_HTTP_PORT);
  await dataPlane.secureClients.listen("0.0.0.0", EDGE_HTTPS_PORT);
  void warmUp(dataPlaneDeps).catch((error: unknown) => log(`warm-up: ${asAppError(error).message}`));
  const { kind } = dataPlaneDeps.sockets;
  log(`ready on ${managementAddress}:${COMPONENT_PORT} and ports ${EDGE_HTTP_PORT} and ${EDGE_HTTPS_PORT} (${kind})`);
  return {
    stop: (deadlineMs) =>
      new Promise((resolve) => {
        admin.close();
        const finish = (): void => {
          dataPlane.close();
          resolve();
        };
        const cancel = timer(deadlineMs, finish);
        void Promise.all([dataPlane.clients.drain(), dataPlane.secureClients.drain()]).then(() => {
          cancel();
          finish();
        });
      }),
  };
}

// Assembly of the whole wan process: packet thread, router, DNS and admin server, started in the order in which a
// restarted planet becomes whole soonest.
import { randomUUID } from "node:crypto";
import { COMPONENT_PORT } from "../../contract/ports.ts";
import { AppError } from "../../errors/app-error.ts";
import type { RunProgram } from "../../platform/run-program.ts";
import { createForwarder, parseResolvers } from "../dns/forwarder.ts";
import { createDnsServer } from "../dns/server.ts";
import { createAdminServer } from "../component/admin-server.ts";
import { createWanComponent } from "./component.ts";
import type { InterfaceListing } from "./interfaces.ts";
import { createLinkTable } from "./link-table.ts";
import { startPacketThread } from "./packet-thread.ts";
import { createRouter } from "./router.ts";
import { TUN_NAME } from "./routes.ts";
import { createWorldFile, type WorldFileDeps } from "../component/world-file.ts";

export interface WanDeps {
  readonly managementAddress: string;
  readonly token: string;
  /** Text of the container's resolv.conf. */
  readonly resolvConf: string;
  readonly worldFile: WorldFileDeps;
  readonly run: RunProgram;
  readonly listInterfaces: () => InterfaceListing;
  /** Runs something later, unless the returned function is called before. */
  readonly startAfter: (afterMs: number, run: () => void) => () => void;
  readonly log: (text: string) => void;
}

const DNS_PORT = 53;

/**
 * Resolves when the last world is in force and worlds are accepted; `ended` settles when packets are no longer carried.
 * @throws TUN_UNAVAILABLE, PLANET_START_FAILED
 */
export async function startWan(deps: WanDeps): Promise<{ readonly ended: Promise<void> }> {
  const { managementAddress, token, run, listInterfaces, startAfter, log } = deps;
  const links = createLinkTable();
  const thread = await startPacketThread(TUN_NAME, links);
  const hasAddress = (address: string): boolean =>
    Object.values(listInterfaces()).some((list) => list?.some((entry) => entry.address === address));
  const component = createWanComponent({
    router: createRouter({ run, listInterfaces, links, managementAddress }),
    dns: createDnsServer({
      forward: createForwarder({ resolvers: parseResolvers(deps.resolvConf), timer: startAfter }),
      hasAddress,
      port: DNS_PORT,
    }),
    file: createWorldFile(deps.worldFile),
    startId: randomUUID(),
    pid: process.pid,
    log,
  });
  await component.restore();
  const server = createAdminServer({ token, status: component.status, putWorld: component.putWorld });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new AppError("PLANET_START_FAILED", `wan cannot listen on ${managementAddress}`, { cause })),
    );
    server.listen({ host: managementAddress, port: COMPONENT_PORT }, resolve);
  });
  log(`ready on ${managementAddress}:${COMPONENT_PORT}`);
  return { ended: thread.ended };
}

// Connections to control that are upgraded: the same callers as for requests, then bytes of the route's own.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { AppError, asAppError } from "../../errors/app-error.ts";
import { CATALOGUE } from "../../errors/catalogue.ts";
import { acceptUpgrade, refuseUpgrade } from "../../platform/http-upgrade.ts";
import { identifyCaller } from "./auth.ts";
import { errorBody } from "./error-body.ts";
import type { Tokens } from "./tokens.ts";

export interface UpgradeRequest {
  /** What the groups of the path caught. */
  readonly words: readonly string[];
}

export interface UpgradeRoute {
  readonly protocol: string;
  readonly path: RegExp;
  /** Decides whether the connection is to be had, and gives what serves it. Failures are answered as those of requests. */
  prepare(request: UpgradeRequest): Promise<(socket: Duplex) => Promise<void>>;
}

export interface UpgradesDeps {
  readonly tokens: Tokens;
  readonly ownAddress: string;
  readonly routes: readonly UpgradeRoute[];
  readonly log: (text: string) => void;
}

export interface Upgrades {
  /** For a server's event of that name. */
  handle(message: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Breaks off what is open. */
  close(): void;
}

/** @throws REQUEST_INVALID */
function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    throw new AppError("REQUEST_INVALID", "the path has a percent sign that stands for nothing");
  }
}

export function createUpgrades({ tokens, ownAddress, routes, log }: UpgradesDeps): Upgrades {
  const open = new Set<Duplex>();

  const serve = async ({ url = "/", headers }: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const [path = "/"] = url.split("?", 1);
    try {
      identifyCaller({ host: headers.host, authorization: headers.authorization, path }, tokens, ownAddress);
      const route = routes.find((one) => one.path.test(path) && headers.upgrade === one.protocol);
      if (route === undefined) throw new AppError("NOT_FOUND", "404 page not found");
      const words = (route.path.exec(path) ?? []).slice(1).map(decoded);
      const run = await route.prepare({ words });
      if (head.length > 0) socket.unshift(head);
      acceptUpgrade(socket, route.protocol);
      await run(socket);
    } catch (thrown) {
      const error = asAppError(thrown);
      if (error.code === "INTERNAL") log(`internal error: ${error.stack ?? error.message}`);
      refuseUpgrade(socket, CATALOGUE[error.code].status, JSON.stringify(errorBody(error, path)));
    }
  };

  return {
    handle: (message, socket, head) => {
      open.add(socket);
      socket.on("close", () => open.delete(socket));
      socket.on("error", () => undefined);
      void serve(message, socket, head);
    },
    close: () => {
      for (const socket of open) socket.destroy();
    },
  };
}

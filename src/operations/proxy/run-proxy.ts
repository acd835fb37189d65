// Passes connections of this machine on into a planet's private network, until it is told to stop.
import type { Duplex } from "node:stream";
import type { TunnelsClient } from "../../client/tunnels-client.ts";
import { asAppError, type AppError } from "../../errors/app-error.ts";
import { breakOff, joinStreams } from "../../platform/join-streams.ts";
import { whenAborted } from "../../platform/signals.ts";
import type { ListenPlace, StreamListener } from "../../platform/stream-listener.ts";

export interface RunProxyInput {
  readonly app: string;
  readonly host: string;
  readonly remotePort: number;
  readonly local: ListenPlace;
}

/** What --json says first. */
export interface ProxyReady {
  readonly event: "ready";
  /** Where clients connect. */
  readonly local: string;
  readonly host: string;
  readonly port: number;
  /** What the host stands for now; each connection asks anew. */
  readonly addresses: readonly string[];
}

export interface RunProxyDeps {
  readonly tunnels: TunnelsClient;
  readonly listen: (place: ListenPlace, opened: (socket: Duplex) => void) => Promise<StreamListener>;
  readonly onReady: (ready: ProxyReady) => void;
  /** A connection that did not come about; the others go on. */
  readonly onFailure: (failure: AppError) => void;
  /** Resolves when it is enough; absent: never. */
  readonly until?: Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Listens, and gives each client a tunnel of its own. At the end, what is open is broken off.
 * @throws HOST_NOT_FOUND, APP_NOT_FOUND, REQUEST_INVALID, PORT_TAKEN, FILE_EXISTS, USAGE; the signal's reason
 */
export async function runProxy({ app, host, remotePort, local }: RunProxyInput, deps: RunProxyDeps): Promise<void> {
  const { tunnels, listen, onReady, onFailure, until, signal } = deps;
  const addresses = await tunnels.addresses(app, host);
  const open = new Set<Duplex>();
  const serve = async (near: Duplex): Promise<void> => {
    // a client that leaves before its tunnel is there
    near.on("error", () => undefined);
    open.add(near);
    try {
      await joinStreams(near, await tunnels.open(app, host, remotePort));
    } catch (error) {
      if (!near.destroyed) onFailure(asAppError(error));
      breakOff(near);
    } finally {
      open.delete(near);
    }
  };
  const listener = await listen(local, (near) => void serve(near));
  try {
    onReady({ event: "ready", local: listener.name, host, port: remotePort, addresses });
    await Promise.race([whenAborted(signal), ...(until === undefined ? [] : [until])]);
  } finally {
    listener.close();
    for (const near of open) breakOff(near);
  }
}

// Outgoing TCP connections and the lookup of names on one DNS server.
import { Resolver } from "node:dns/promises";
import { connect, type Socket } from "node:net";
import { AppError } from "../errors/app-error.ts";

export interface DialTarget {
  readonly host: string;
  readonly port: number;
  /** The address to open it from; absent: as the system chooses. */
  readonly localAddress?: string;
  /** Milliseconds until it has to be open. */
  readonly timeoutMs: number;
}

/**
 * Opens a connection, one way of which may end before the other.
 * @throws APP_NOT_LISTENING where it is refused; UNREACHABLE
 */
export function dial({ host, port, timeoutMs, ...more }: DialTarget): Promise<Socket> {
  const name = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true, keepAlive: true, ...more });
    const fail = (cause: NodeJS.ErrnoException): void => {
      socket.destroy();
      const refused = cause.code === "ECONNREFUSED";
      reject(
        refused
          ? new AppError("APP_NOT_LISTENING", `Nothing listens on ${name}`, {
              cause,
              suggestions: host.includes(":") ? ["let the program listen on [::], not on 0.0.0.0"] : [],
            })
          : new AppError("UNREACHABLE", `${name} does not answer`, { cause }),
      );
    };
    socket.setTimeout(timeoutMs, () => fail(new Error(`not open after ${timeoutMs} ms`)));
    socket.once("error", fail);
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.removeAllListeners("timeout");
      socket.off("error", fail);
      // whoever reads it hears of its end; without anybody, an error must not end the process
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

export interface LookUpOptions {
  /** Address of the server. */
  readonly server: string;
  /** IPv4 address to ask from. */
  readonly localAddress: string;
  readonly timeoutMs: number;
}

const TRIES = 2;
/** There is no such name, or it has no address of the kind. */
const NOTHING: ReadonlySet<string | undefined> = new Set(["ENOTFOUND", "ENODATA"]);

/** The IPv6 addresses of a name as one server says; none where it has none. @throws UNREACHABLE */
export async function lookUpAddresses(name: string, options: LookUpOptions): Promise<string[]> {
  const resolver = new Resolver({ timeout: options.timeoutMs, tries: TRIES });
  resolver.setServers([options.server]);
  resolver.setLocalAddress(options.localAddress);
  try {
    return await resolver.resolve6(name);
  } catch (cause) {
    if (NOTHING.has((cause as NodeJS.ErrnoException).code)) return [];
    throw new AppError("UNREACHABLE", `The DNS server ${options.server} does not answer for ${name}`, { cause });
  }
}

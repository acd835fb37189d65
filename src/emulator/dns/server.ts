// The DNS server on wan's addresses in all regions, over UDP and TCP. What a name stands for is decided in answer.ts.
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import type { World } from "../../contract/world.ts";
import { AppError } from "../../errors/app-error.ts";
import { resolveName } from "./answer.ts";
import type { Forward } from "./forwarder.ts";
import { parseQuery, type Query, renderAnswer, renderFailure } from "./message.ts";
import { createLengthSplitter, withLength } from "./stream.ts";

export interface DnsServer {
  /**
   * Answers from this world on, on the addresses of its regions that `addresses` lists; stops listening on others.
   * @throws PLANET_START_FAILED when an address cannot be listened on
   */
  applyWorld(world: World): Promise<void>;
  stop(): void;
}

export interface DnsServerDeps {
  readonly forward: Forward;
  /** Addresses that this container has: others cannot be listened on. */
  readonly hasAddress: (address: string) => boolean;
  readonly port: number;
}

const IDLE_TCP_MS = 10_000;
const MAX_TCP_CONNECTIONS = 64;
/** A message over TCP may be as long as its length can say. */
const MAX_TCP_BYTES = 65_535;

interface Listener {
  stop(): void;
}

/** Makes a server that listens nowhere yet. */
export function createDnsServer({ forward, hasAddress, port }: DnsServerDeps): DnsServer {
  let world: World | undefined;
  const listeners = new Map<string, Listener>();

  async function answer(message: Buffer, region: string, transport: "udp" | "tcp"): Promise<Buffer | undefined> {
    const incoming = parseQuery(message);
    if (incoming.kind === "ignored") return undefined;
    if (incoming.kind === "refused") return incoming.response;
    const { query } = incoming;
    return answerQuery(query, message, region, transport);
  }

  async function answerQuery(query: Query, message: Buffer, region: string, transport: "udp" | "tcp"): Promise<Buffer> {
    if (world === undefined) return renderFailure(query);
    const found = resolveName(query, world, region);
    if (found.kind === "forward") return (await forward(message, transport)) ?? renderFailure(query);
    return renderAnswer(query, found, transport === "udp" ? query.maxUdpBytes : MAX_TCP_BYTES);
  }

  async function listen(address: string, region: string): Promise<Listener> {
    const udp = await listenUdp(address, port, (message) => answer(message, region, "udp"));
    try {
      const tcp = await listenTcp(address, port, (message) => answer(message, region, "tcp"));
      return {
        stop: () => {
          udp.stop();
          tcp.stop();
        },
      };
    } catch (error) {
      udp.stop();
      throw error;
    }
  }

  return {
    async applyWorld(next) {
      world = next;
      const wanted = new Map(
        next.regions.flatMap(({ code, wan4, wan6 }) =>
          [wan4, wan6].filter(hasAddress).map((address) => [address, code] as const),
        ),
      );
      for (const [address, listener] of listeners) {
        if (wanted.has(address)) continue;
        listener.stop();
        listeners.delete(address);
      }
      const missing = [...wanted].filter(([address]) => !listeners.has(address));
      const results = await Promise.allSettled(
        missing.map(async ([address, region]) => void listeners.set(address, await listen(address, region))),
      );
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    },
    stop() {
      for (const listener of listeners.values()) listener.stop();
      listeners.clear();
    },
  };
}

type Answerer = (message: Buffer) => Promise<Buffer | undefined>;

function listenUdp(address: string, port: number, answer: Answerer): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const socket: UdpSocket = createSocket({ type: address.includes(":") ? "udp6" : "udp4" });
    socket.once("error", (cause) => {
      socket.close();
      reject(new AppError("PLANET_START_FAILED", `DNS cannot listen on ${address} (UDP)`, { cause }));
    });
    socket.on("message", (message, peer) => {
      void answer(message).then((response) => {
        // A peer that went away, or a socket that was closed meanwhile, is no reason to end.
        if (response !== undefined && listening) socket.send(response, peer.port, peer.address, () => undefined);
      });
    });
    let listening = false;
    socket.bind({ address, port }, () => {
      listening = true;
      socket.removeAllListeners("error").on("error", () => undefined);
      resolve({
        stop: () => {
          listening = false;
          socket.close();
        },
      });
    });
  });
}

function listenTcp(address: string, port: number, answer: Answerer): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const open = new Set<Socket>();
    const server: Server = createServer((socket) => {
      open.add(socket);
      socket.setTimeout(IDLE_TCP_MS, () => socket.destroy());
      socket.once("close", () => open.delete(socket)).on("error", () => socket.destroy());
      void serveConnection(socket, answer).finally(() => socket.destroy());
    });
    server.maxConnections = MAX_TCP_CONNECTIONS;
    server.once("error", (cause) =>
      reject(new AppError("PLANET_START_FAILED", `DNS cannot listen on ${address} (TCP)`, { cause })),
    );
    server.listen({ host: address, port }, () => {
      resolve({
        stop: () => {
          server.close();
          for (const socket of open) socket.destroy();
        },
      });
    });
  });
}

/** One message after the other: a peer that sends many waits for its own answers. */
async function serveConnection(socket: Socket, answer: Answerer): Promise<void> {
  const split = createLengthSplitter();
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      for (const message of split(chunk)) {
        const response = await answer(message);
        if (response === undefined) return;
        socket.write(withLength(response));
      }
    }
  } catch {
    // The peer reset the connection or was silent for too long: there is nobody left to tell.
  }
}

// The first words of Postgres' protocol: a client asks for TLS before it shakes hands (statement PH-05).
import net from "node:net";

/** Messages of eight bytes: the length, and a number in place of a protocol version. */
const REQUEST_BYTES = 8;
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
/** The first byte of TLS, with which clients from version 17 on may begin at once. */
const TLS_HANDSHAKE = 0x16;
/** A client that has not said by then what it wants is not going to. */
const START_MS = 10_000;

export interface PostgresStart {
  /** The client shakes hands on the socket now. */
  secure(socket: net.Socket): void;
  /** It goes on without TLS. */
  plain(socket: net.Socket): void;
}

/** A server that answers the question, and hands over the socket with what comes after it. */
export function createPostgresServer({ secure, plain }: PostgresStart): net.Server {
  return net.createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (socket) => {
    let held = Buffer.alloc(0);
    const giveUp = (): void => void socket.destroy();
    const handOver = (to: (socket: net.Socket) => void): void => {
      socket.off("data", read).off("end", giveUp).off("error", giveUp);
      socket.setTimeout(0);
      socket.pause();
      if (held.length > 0) socket.unshift(held);
      to(socket);
    };
    const read = (bytes: Buffer): void => {
      held = Buffer.concat([held, bytes]);
      if (held[0] === TLS_HANDSHAKE) return handOver(secure);
      if (held.length < REQUEST_BYTES) return undefined;
      const isRequest = held.readUInt32BE(0) === REQUEST_BYTES;
      const code = isRequest ? held.readUInt32BE(4) : undefined;
      if (code !== SSL_REQUEST && code !== GSS_REQUEST) return handOver(plain);
      // What was sent before the answer was not sent under TLS, and must not be taken for it.
      if (held.length > REQUEST_BYTES) return giveUp();
      held = Buffer.alloc(0);
      socket.write(code === SSL_REQUEST ? "S" : "N");
      return code === SSL_REQUEST ? handOver(secure) : undefined;
    };
    socket.setTimeout(START_MS, giveUp);
    socket.on("data", read).on("end", giveUp).on("error", giveUp);
  });
}

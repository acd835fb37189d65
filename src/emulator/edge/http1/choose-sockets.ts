// Which sockets the relay gets: libuv's handles where they work in this Node.js, found out by using them; node:net's
// otherwise. A planet serves the same requests with either.
import { randomBytes } from "node:crypto";
import type net from "node:net";
import tls from "node:tls";
import type { Conn, ConnListener } from "./conn.ts";
import { createHandleSockets, type HandleSocketsDeps, publicSockets, type Sockets } from "./sockets.ts";

/** More than the kernel takes at once, so that writes have to wait. */
const PLAIN_BYTES = 4 * 1_024 * 1_024;
/** Over TLS they wait in any case. */
const SECURE_BYTES = 1_024 * 1_024;
const DEADLINE_MS = 2_000;
const HOST = "127.0.0.1";
/** TLS without a certificate: both ends know a key. */
const SHARED_KEY = { ciphers: "TLS_AES_128_GCM_SHA256", minVersion: "TLSv1.3", allowHalfOpen: true } as const;

export interface ChooseSocketsDeps extends HandleSocketsDeps {
  log(text: string): void;
}

/** Never fails: what goes wrong is logged. */
export async function chooseSockets(deps: ChooseSocketsDeps): Promise<Sockets> {
  try {
    const sockets = createHandleSockets(deps);
    const fault = await testSockets(sockets, deps.timer);
    if (fault === undefined) return sockets;
    deps.log(`libuv's handles are not used: ${fault}`);
  } catch (error) {
    deps.log(`libuv's handles are not used: ${String(error)}`);
  }
  return publicSockets;
}

/** Sends bytes to itself and back, with pressure and both ends, in the clear and over TLS. @returns what went wrong */
export async function testSockets(sockets: Sockets, timer: HandleSocketsDeps["timer"]): Promise<string | undefined> {
  const plain = sockets.transport((open) => echo(open));
  const fault = await converse(plain, PLAIN_BYTES, timer, (port, client, failed) => {
    const outcome = { opened: (conn: Conn) => client.begin(conn), failed };
    sockets.connector.connect({ host: HOST, port, localAddress: HOST }, DEADLINE_MS, client, outcome);
  });
  if (fault !== undefined) return fault;
  const key = randomBytes(32);
  const secure = tls.createServer({ ...SHARED_KEY, pskCallback: () => key }, (socket) =>
    echo((listener) => sockets.secureConn(socket, listener)),
  );
  return converse(secure, SECURE_BYTES, timer, (port, client, failed) => {
    const pskCallback = (): tls.PSKCallbackNegotation => ({ psk: key, identity: "self-test" });
    const options = { ...SHARED_KEY, host: HOST, port, pskCallback, checkServerIdentity: () => undefined };
    const socket = tls.connect(options, () => client.begin(sockets.secureConn(socket, client)));
    socket.once("error", ({ message }) => failed(message));
  });
}

/** Starts a server that sends everything back, and sends it bytes. @returns what went wrong */
function converse(
  server: net.Server,
  bytes: number,
  timer: HandleSocketsDeps["timer"],
  connect: (port: number, client: Asker, failed: (fault: string) => void) => void,
): Promise<string | undefined> {
  const sent = Buffer.alloc(bytes, "each position of the test has its own bytes: 0123456789\n");
  return new Promise((resolve) => {
    const finish = (fault: string | undefined): void => {
      cancel();
      if (server.listening) server.close();
      resolve(fault);
    };
    const cancel = timer(DEADLINE_MS, () => finish(`nothing came back in ${DEADLINE_MS} ms`));
    server.once("error", (error) => finish(error.message));
    server.listen({ host: HOST, port: 0 }, () => {
      const { port } = server.address() as net.AddressInfo;
      try {
        connect(port, new Asker(sent, finish), finish);
      } catch (error) {
        finish(String(error));
      }
    });
  });
}

/** Sends all that it is sent back, and ends when its peer does. */
function echo(open: (listener: ConnListener) => Conn): void {
  const conn = open({
    onData: (bytes, start, end) => {
      if (!conn.writeBytes(bytes, start, end)) conn.pause();
    },
    onEnd: () => conn.end(),
    onDrain: () => conn.resume(),
    onClose: () => undefined,
  });
}

class Asker implements ConnListener {
  readonly #sent: Buffer;
  readonly #finish: (fault: string | undefined) => void;
  readonly #received: Buffer[] = [];
  #conn: Conn | undefined;
  #ended = false;

  constructor(sent: Buffer, finish: (fault: string | undefined) => void) {
    this.#sent = sent;
    this.#finish = finish;
  }

  begin(conn: Conn): void {
    this.#conn = conn;
    const text = this.#sent.toString("latin1", 0, 1_024);
    if (conn.writeTextAndBytes(text, this.#sent, text.length, this.#sent.length) && !conn.hasUnsent) conn.end();
  }

  onData(bytes: Buffer, start: number, end: number): void {
    this.#received.push(Buffer.from(bytes.subarray(start, end)));
  }

  onDrain(): void {
    this.#conn?.end();
  }

  onEnd(): void {
    this.#ended = true;
  }

  onClose(): void {
    const whole = this.#ended && Buffer.concat(this.#received).equals(this.#sent);
    this.#finish(whole ? undefined : "what came back is not what was sent");
  }
}

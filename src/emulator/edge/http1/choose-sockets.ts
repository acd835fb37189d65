// Which sockets the relay gets: libuv's handles where they work in this Node.js, found out by using them; node:net's
// otherwise. A planet serves the same requests with either.
import type net from "node:net";
import type { Conn, ConnListener } from "./conn.ts";
import { createHandleSockets, type HandleSocketsDeps, publicSockets, type Sockets } from "./sockets.ts";

/** More than the kernel takes at once, so that writes have to wait. */
const BYTES = 4 * 1_024 * 1_024;
const DEADLINE_MS = 2_000;
const HOST = "127.0.0.1";

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

/** Sends bytes to itself and back, with pressure and both ends. @returns what went wrong */
export function testSockets(sockets: Sockets, timer: HandleSocketsDeps["timer"]): Promise<string | undefined> {
  const server = sockets.transport((open) => echo(open));
  const sent = Buffer.alloc(BYTES, "each position of the test has its own bytes: 0123456789\n");
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
      const client = new Asker(sent, finish);
      const outcome = { opened: (conn: Conn) => client.begin(conn), failed: finish };
      try {
        sockets.connector.connect({ host: HOST, port, localAddress: HOST }, DEADLINE_MS, client, outcome);
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

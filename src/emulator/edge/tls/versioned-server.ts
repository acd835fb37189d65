// TLS for many apps on one port, some of which allow one version only (statement PH-03). A handshake's versions are fixed before
// the name is known to Node, so the name is read beforehand, and the connection goes to a server with the versions of that name.
import type { Conn, ConnListener } from "../http1/conn.ts";
import { serverNameOf } from "./client-hello.ts";
import type { Secured } from "./handshake.ts";
import { ListenerSwitch } from "./listener-switch.ts";
import { createTlsServer, HANDSHAKE_MS, MAX_HANDSHAKES, type TlsServer, type TlsServerDeps } from "./tls-server.ts";

export interface VersionedServerDeps extends TlsServerDeps {
  /** Whether any app has set versions: only then are first messages looked into. */
  hasVersions(): boolean;
  /** Runs something later, unless the returned function is called before. */
  timer(afterMs: number, run: () => void): () => void;
}

/** Connections come to `opened` after their handshake. */
export function createVersionedTlsServer(deps: VersionedServerDeps, opened: (secured: Secured) => void): TlsServer {
  const general = createTlsServer(deps, opened);
  const restricted = new Map<string, TlsServer>();
  const serverFor = (name: string): TlsServer => {
    const versions = deps.options?.(name)?.versions;
    if (versions === undefined) return general;
    const key = versions.toSorted().join(" ");
    let server = restricted.get(key);
    if (server === undefined) restricted.set(key, (server = createTlsServer({ ...deps, versions }, opened)));
    return server;
  };
  const unread = new Set<FirstMessage>();
  return {
    shake(open) {
      if (!deps.hasVersions()) return general.shake(open);
      const [longest] = unread;
      if (unread.size >= MAX_HANDSHAKES) longest?.destroy();
      const message = new FirstMessage(open, serverFor, () => {
        unread.delete(message);
        cancel();
      });
      unread.add(message);
      // For the whole message, however it trickles in.
      const cancel = deps.timer(HANDSHAKE_MS, () => message.destroy());
      return message.start();
    },
  };
}

/** Reads the first message, and hands the connection on with all of it. */
class FirstMessage implements ConnListener {
  readonly #switch = new ListenerSwitch(this);
  readonly #conn: Conn;
  readonly #serverFor: (name: string) => TlsServer;
  readonly #over: () => void;
  #held = Buffer.alloc(0);

  /** @param over it has been read, or never will be */
  constructor(open: (listener: ConnListener) => Conn, serverFor: (name: string) => TlsServer, over: () => void) {
    this.#serverFor = serverFor;
    this.#over = over;
    this.#conn = open(this.#switch);
  }

  start(): void {
    this.#conn.resume();
  }

  destroy(): void {
    this.#over();
    this.#conn.destroy();
  }

  onData(bytes: Buffer, start: number, end: number): void {
    this.#held = Buffer.concat([this.#held, bytes.subarray(start, end)]);
    const name = serverNameOf(this.#held);
    if (name === undefined) return;
    this.#over();
    this.#serverFor(name).shake((listener) => {
      this.#switch.target = listener;
      const held = this.#held;
      queueMicrotask(() => listener.onData(held, 0, held.length));
      return this.#conn;
    });
  }

  onEnd(): void {
    this.destroy();
  }

  onDrain(): void {
    // Nothing is written here.
  }

  onClose(): void {
    this.#over();
  }
}

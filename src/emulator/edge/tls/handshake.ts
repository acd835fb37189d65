// A handshake on a connection, which a server of node:tls does. After one of TLS 1.3 the connection goes on in records of our
// own, which cost a third of a TLS socket's; others stay with their socket.
import type { TLSSocket } from "node:tls";
import type { Conn, ConnListener } from "../http1/conn.ts";
import { acceptedConn } from "../http1/net-conn.ts";
import { ConnStream } from "./conn-stream.ts";
import { type Suite, SUITES } from "./key-schedule.ts";
import { ListenerSwitch } from "./listener-switch.ts";
import { RecordConn } from "./record-conn.ts";
import * as format from "./record-format.ts";
import type { RecordSpace } from "./record-space.ts";

/** More than any handshake takes; a client that sends more before it is done is not going to be. */
const MAX_HANDSHAKE_BYTES = 131_072;
/** A record counts for so much at least: OpenSSL lets any number of tiny ones pass. */
const LEAST_RECORD_BYTES = 256;

/** A connection that has shaken hands. */
export interface Secured {
  /** What was agreed on for it to speak. */
  readonly alpn: string | undefined;
  /** The name that the client has asked for; "" where it gave none. */
  readonly serverName: string;
  /** The Conn of what is inside; to be called at once. */
  open(listener: ConnListener): Conn;
}

/** The secrets of both directions after the handshake. */
export interface TrafficSecrets {
  client?: Buffer;
  server?: Buffer;
}

interface Outcome extends TrafficSecrets {
  readonly socket: TLSSocket;
}

export interface HandshakeDeps {
  /** Has a TLS socket made on the stream. */
  begin(stream: ConnStream): void;
  /** Runs something in which the handshake's socket can tell that it is done. */
  during(handshake: Handshake, run: () => void): void;
  loadSpace(): Promise<RecordSpace>;
  opened(secured: Secured): void;
  /** It is over, with a connection or without. */
  over(handshake: Handshake): void;
}

export class Handshake implements ConnListener {
  readonly #deps: HandshakeDeps;
  readonly #switch: ListenerSwitch;
  readonly #conn: Conn;
  readonly #stream: ConnStream;
  #state: "starting" | "shaking" | "settling" | "kept" | "over" = "starting";
  /** What has come and the socket has not seen. */
  #held: Buffer | undefined;
  #fedBytes = 0;
  /** Sealed records that were sent before the socket saw the record that it sees now. */
  #sealedBefore = 0;
  /** The client's direction has ended. */
  #ended = false;
  #outcome: Outcome | undefined;
  #whenDrained: (() => void) | undefined;

  constructor(open: (listener: ConnListener) => Conn, deps: HandshakeDeps) {
    this.#deps = deps;
    this.#switch = new ListenerSwitch(this);
    this.#conn = open(this.#switch);
    this.#stream = new ConnStream(this.#conn);
    this.#stream.on("error", () => undefined).once("close", () => this.#closed());
    deps.begin(this.#stream);
    // The socket reads from the next tick on.
    process.nextTick(() => {
      if (this.#state !== "starting") return;
      this.#state = "shaking";
      this.#conn.resume();
      this.#feed();
    });
  }

  /** Gives it up. */
  destroy(): void {
    if (this.#state !== "kept") this.#state = "over";
    this.#stream.destroy();
  }

  /** Its socket has shaken hands, within `during`. @param secrets what it has told of them */
  done(socket: TLSSocket, secrets: TrafficSecrets): void {
    socket.on("error", () => undefined);
    this.#outcome = { socket, ...secrets };
  }

  onData(bytes: Buffer, start: number, end: number): void {
    const more = Buffer.from(bytes.subarray(start, end));
    if (this.#state === "kept") return this.#stream.feed(more);
    this.#held = this.#held === undefined ? more : Buffer.concat([this.#held, more]);
    // The stream asks for more without knowing that its socket gets nothing any more.
    if (this.#state === "settling") this.#conn.pause();
    return this.#feed();
  }

  onEnd(): void {
    this.#ended = true;
    if (this.#state === "kept") this.#stream.push(null);
    else this.#feed();
  }

  onDrain(): void {
    this.#stream.drained();
    const run = this.#whenDrained;
    this.#whenDrained = undefined;
    run?.();
  }

  onClose(): void {
    this.destroy();
  }

  /** Hands one record after the other to the socket, so that it gets nothing of what follows the handshake. */
  #feed(): void {
    while (this.#state === "shaking" && this.#held !== undefined) {
      const size = sizeOfNext(this.#held);
      if (size === undefined) break;
      const next = this.#held.subarray(0, size);
      this.#held = size < this.#held.length ? this.#held.subarray(size) : undefined;
      this.#fedBytes += Math.max(size, LEAST_RECORD_BYTES);
      if (this.#fedBytes > MAX_HANDSHAKE_BYTES) return this.destroy();
      this.#sealedBefore = this.#stream.records.sealed;
      this.#deps.during(this, () => this.#stream.feed(next));
      if (this.#stream.destroyed) this.#state = "over";
      else if (this.#outcome !== undefined) this.#goOn(this.#outcome);
    }
    // Whoever has ended cannot finish it.
    if (this.#ended && this.#state === "shaking") this.destroy();
  }

  /** The socket has given the connection up, or is dropped. */
  #closed(): void {
    if (this.#state !== "kept") this.#state = "over";
    this.#deps.over(this);
  }

  #goOn({ socket, client, server }: Outcome): void {
    const suite = socket.getProtocol() === "TLSv1.3" ? SUITES.get(socket.getCipher().standardName) : undefined;
    if (suite === undefined || client === undefined || server === undefined) return this.#keep(socket);
    this.#state = "settling";
    this.#conn.pause();
    return this.#settle(socket, suite, { client, server });
  }

  /** The socket stays. */
  #keep(socket: TLSSocket): void {
    this.#state = "kept";
    this.#deps.over(this);
    this.#deps.opened({ ...described(socket), open: (listener) => acceptedConn(socket, listener, this.#conn) });
    const held = this.#held;
    this.#held = undefined;
    this.#conn.resume();
    if (held !== undefined) this.#stream.feed(held);
    if (this.#ended) this.#stream.push(null);
  }

  /**
   * Waits until what the socket says by itself after a handshake, which is tickets, is on its way: they are made while it reads
   * the client's last record, but a write that was still under way then holds them back. node:tls is told of a write's end
   * in the round of the event loop after it, and then writes at once: two rounds without a write are the end.
   */
  #settle(socket: TLSSocket, suite: Suite, secrets: Required<TrafficSecrets>): void {
    const { writes } = this.#stream;
    setImmediate(() =>
      setImmediate(() => {
        if (this.#state !== "settling") return;
        const { writableLength, records } = this.#stream;
        const again = (): void => this.#settle(socket, suite, secrets);
        // A client that takes nothing does not keep the event loop turning.
        if (writableLength > 0) return void (this.#whenDrained = again);
        if (this.#stream.writes !== writes || !records.isBetween) return again();
        return void this.#deps.loadSpace().then(
          (space) => this.#takeOver(socket, suite, secrets, space),
          () => {
            if (this.#state === "settling") this.#keep(socket);
          },
        );
      }),
    );
  }

  #takeOver(socket: TLSSocket, suite: Suite, { client, server }: Required<TrafficSecrets>, space: RecordSpace): void {
    if (this.#state !== "settling") return;
    this.#state = "over";
    const sent = this.#stream.records.sealed - this.#sealedBefore;
    const keys = { suite, clientSecret: client, serverSecret: server, sent };
    const outcome = { ...keys, held: this.#held, ended: this.#ended };
    this.#stream.detach();
    this.#deps.over(this);
    this.#deps.opened({
      ...described(socket),
      open: (listener) => (this.#switch.target = new RecordConn(this.#conn, space, outcome, listener)),
    });
    socket.destroy();
  }
}

function described(socket: TLSSocket): Pick<Secured, "alpn" | "serverName"> {
  return { alpn: socket.alpnProtocol || undefined, serverName: socket.servername || "" };
}

/** @returns how long the next record is; all of it where it is none; undefined while it is not whole */
function sizeOfNext(bytes: Buffer): number | undefined {
  const [type = 0, version] = bytes;
  const isRecord = type >= format.CHANGE_CIPHER_SPEC && type <= format.APPLICATION_DATA && (version ?? 3) === 3;
  const size = format.recordBytesAt(bytes, 0, bytes.length);
  if (!isRecord || (size ?? 0) > format.RECORD_HEAD_BYTES + format.MAX_SEALED_BYTES) return bytes.length;
  return size !== undefined && size <= bytes.length ? size : undefined;
}

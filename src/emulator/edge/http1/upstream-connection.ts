// One connection to the program that answers: sends a request, checks the response's framing and hands it on piece by
// piece. Knows nothing of clients, regions or choices; what cannot be trusted ends the connection.
import { responseBody, type BodyReader, type ResponseBody } from "./body.ts";
import type { Conn, Connector, ConnectFailure, ConnListener, Endpoint, PendingConn } from "./conn.ts";
import { endsLine, parseResponseHead } from "./head-parser.ts";
import { BACKHAUL_HEAD_LIMITS, type Head } from "./head.ts";

/** A program that sends more interim responses than this before the final one is broken or hostile. */
const MAX_INTERIM_RESPONSES = 16;
/** Long enough for two lost SYNs (1 s, 3 s), short enough for a person to wait. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Where a request is sent. */
export interface Target extends Endpoint {
  /** Connections with the same key are interchangeable. */
  readonly key: string;
  /** Field lines that go first, "" for none. */
  readonly preamble: string;
  /** Where connections to it are kept between requests; absent: each request has its own. */
  readonly pool: UpstreamPool | undefined;
}

/** Keeps connections that wait for their next request. */
export interface UpstreamPool {
  take(target: Target): UpstreamConnection | undefined;
  put(connection: UpstreamConnection): void;
  /** The connection died while it waited. */
  forget(connection: UpstreamConnection): void;
}

/**
 * Why a request got no usable response: a connection that did not open, one that broke before a response, a bad response,
 * or one that only says where the request has to go instead.
 */
export type UpstreamFault = ConnectFailure | "broken" | "invalid" | "replayed";

/** What the response to the present request may be. */
export interface Expectation {
  readonly answersHead: boolean;
  readonly allowsUpgrade: boolean;
  /** Hand on the payload of a chunked body instead of its coding. */
  readonly decodes: boolean;
}

/** The present user of a connection: one request. */
export interface UpstreamUser {
  readonly expectation: Expectation;
  readonly requestSent: boolean;
  opened(): void;
  drained(): void;
  interim(head: Head, bytes: Buffer, start: number): void;
  /** The final head; body() follows at once, also for a response without a body. A fault that it reports ends the connection. */
  response(head: Head, bytes: Buffer, start: number, framing: ResponseBody["framing"]): UpstreamFault | undefined;
  /** @returns false where the sender has to wait for resume() */
  body(bytes: Buffer, start: number, end: number): boolean;
  complete(): void;
  upgraded(head: Head, bytes: Buffer, start: number, restStart: number, end: number): void;
  tunnelData(bytes: Buffer, start: number, end: number): boolean;
  tunnelEnded(): void;
  tunnelClosed(): void;
  /** The connection is gone; nothing more will be heard from it. */
  faulted(fault: UpstreamFault): void;
}

export class UpstreamConnection implements ConnListener {
  readonly key: string;
  readonly host: string;
  readonly localAddress: string;
  /** It has served a request before, or was kept warm: the peer may have closed it meanwhile. */
  reused = false;
  idleSinceMs = 0;
  #state: "connecting" | "idle" | "head" | "body" | "tunnel" | "dead" = "connecting";
  #conn: Conn | undefined;
  #pending: PendingConn | undefined;
  #user: UpstreamUser | undefined;
  #held: Buffer | undefined;
  #body: BodyReader | undefined;
  #framing: ResponseBody["framing"] = "none";
  #keeps = true;
  #interims = 0;
  readonly #pool: UpstreamPool | undefined;
  readonly #head: Head;

  /** Opens a connection for a request, or (user absent) to be kept warm in its pool. */
  constructor(target: Target, connector: Connector, head: Head, user: UpstreamUser | undefined) {
    this.key = target.key;
    this.host = target.host;
    this.localAddress = target.localAddress;
    this.#pool = target.pool;
    this.#head = head;
    this.#user = user;
    this.#pending = connector.connect(target, CONNECT_TIMEOUT_MS, this, {
      opened: (conn) => {
        this.#conn = conn;
        this.#pending = undefined;
        if (this.#user === undefined) this.#rest();
        else this.#user.opened();
      },
      failed: (failure) => this.#fault(failure),
    });
  }

  /** Gives a connection that waits, or is still being opened for this purpose, its next request. */
  assign(user: UpstreamUser): void {
    this.#user = user;
    if (this.#state !== "connecting") user.opened();
  }

  /** Sends the head and, in the same packet where it fits, the first bytes of the body. */
  sendHead(text: string, bytes: Buffer): boolean {
    this.#state = "head";
    this.#interims = 0;
    return this.#conn!.writeTextAndBytes(text, bytes, 0, bytes.length);
  }

  send(bytes: Buffer, start: number, end: number): boolean {
    return this.#conn!.writeBytes(bytes, start, end);
  }

  pause(): void {
    this.#conn?.pause();
  }

  resume(): void {
    this.#conn?.resume();
  }

  /** Ends our direction of a tunnel. */
  end(): void {
    this.#conn?.end();
  }

  /** The user has no more interest: the connection cannot be used again. */
  abandon(): void {
    this.#user = undefined;
    this.#state = "dead";
    this.#pending?.cancel();
    this.#conn?.destroy();
  }

  onData(bytes: Buffer, start: number, end: number): void {
    switch (this.#state) {
      case "head": {
        const held = this.#held;
        if (held === undefined) return this.#readHead(bytes, start, end);
        const all = Buffer.concat([held, bytes.subarray(start, end)]);
        if (!endsLine(bytes, start, end) && all.length <= BACKHAUL_HEAD_LIMITS.maxBytes) {
          this.#held = all;
          return;
        }
        this.#held = undefined;
        return this.#readHead(all, 0, all.length);
      }
      case "body":
        return this.#readBody(bytes, start, end);
      case "tunnel":
        if (!this.#user!.tunnelData(bytes, start, end)) this.#conn!.pause();
        return;
      default:
        // Bytes that nobody asked for: a response that would be given to the next client.
        return this.#fault("invalid");
    }
  }

  onEnd(): void {
    if (this.#state === "tunnel") this.#user!.tunnelEnded();
    else if (this.#state === "body" && this.#framing === "until-close") this.#complete();
    else this.#fault("broken");
  }

  onDrain(): void {
    this.#user?.drained();
  }

  onClose(): void {
    if (this.#state === "tunnel") {
      const user = this.#user!;
      this.abandon();
      user.tunnelClosed();
    } else this.#fault("broken");
  }

  #readHead(bytes: Buffer, from: number, end: number): void {
    const user = this.#user!;
    const head = this.#head;
    for (let start = from; start < end;) {
      const bodyStart = parseResponseHead(bytes, start, end, BACKHAUL_HEAD_LIMITS, head);
      if (bodyStart < 0) return this.#fault("invalid");
      if (bodyStart === 0) {
        this.#held = Buffer.from(bytes.subarray(start, end));
        return;
      }
      if (head.status === 101) {
        if (!user.expectation.allowsUpgrade || !head.connectionUpgrade) return this.#fault("invalid");
        this.#state = "tunnel";
        return user.upgraded(head, bytes, start, bodyStart, end);
      }
      if (head.status >= 200) return this.#final(user, bytes, start, bodyStart, end);
      this.#interims += 1;
      if (this.#interims > MAX_INTERIM_RESPONSES) return this.#fault("invalid");
      user.interim(head, bytes, start);
      start = bodyStart;
    }
  }

  #final(user: UpstreamUser, bytes: Buffer, start: number, bodyStart: number, end: number): void {
    const head = this.#head;
    const { expectation } = user;
    const onPayload = expectation.decodes ? this.#passPayload : undefined;
    const { reader, framing } = responseBody(head, expectation.answersHead, onPayload);
    this.#keeps = framing !== "until-close" && !head.close && (head.minorVersion === 1 || head.keepAlive);
    this.#body = reader;
    this.#framing = framing;
    this.#state = "body";
    const fault = user.response(head, bytes, start, framing);
    if (fault !== undefined) return this.#fault(fault);
    return this.#readBody(bytes, bodyStart, end);
  }

  #readBody(bytes: Buffer, start: number, end: number): void {
    const body = this.#body!;
    const to = body.read(bytes, start, end);
    if (to < 0) return this.#fault("invalid");
    if (to < end) this.#keeps = false;
    const decodes = this.#framing === "chunked" && this.#user!.expectation.decodes;
    this.#pass(bytes, decodes ? to : start, to);
    if (body.done) this.#complete();
  }

  readonly #passPayload = (bytes: Buffer, start: number, end: number): void => this.#pass(bytes, start, end);

  #pass(bytes: Buffer, start: number, end: number): void {
    if (!this.#user!.body(bytes, start, end)) this.#conn!.pause();
  }

  #complete(): void {
    const user = this.#user!;
    this.#user = undefined;
    if (this.#keeps && user.requestSent && this.#pool !== undefined) this.#rest();
    else this.abandon();
    user.complete();
  }

  #rest(): void {
    this.#state = "idle";
    this.reused = true;
    this.#conn!.resume();
    this.#pool!.put(this);
  }

  #fault(fault: UpstreamFault): void {
    if (this.#state === "dead") return;
    const user = this.#user;
    this.abandon();
    if (user === undefined) this.#pool?.forget(this);
    else user.faulted(fault);
  }
}

// A session of HTTP/2 without a network: frames go in, frames come out, and an app of a few lines answers the requests.
import type { Conn, ConnListener } from "../../src/emulator/edge/http1/conn.ts";
import { createHttp2Sessions, type Http2Sessions } from "../../src/emulator/edge/http2/sessions.ts";
import { endOf, type Fields, FLAG, frame, type Frame, FRAME, FrameReader, PREFACE, settings } from "./raw-http2.ts";

/** The client's end of a connection. */
export class MemoryConn implements Conn {
  readonly remoteAddress = "192.0.2.7";
  readonly remotePort = 4711;
  isPressed = false;
  isPaused = false;
  ended = false;
  destroyed = false;
  readonly listener: ConnListener;
  readonly frames: Frame[] = [];
  /** Writes so far, and their bytes. */
  writes = 0;
  bytes = 0;
  /** Where what was written goes to; absent: it is read here. */
  taker: ((bytes: Buffer) => void) | undefined;
  readonly #reader = new FrameReader();

  constructor(listener: ConnListener) {
    this.listener = listener;
  }

  get hasUnsent(): boolean {
    return this.isPressed;
  }

  writeText(text: string): boolean {
    return this.writeBytes(Buffer.from(text, "latin1"), 0, text.length);
  }

  writeBytes(bytes: Buffer, start: number, end: number): boolean {
    if (this.ended || this.destroyed) return true;
    this.writes += 1;
    this.bytes += end - start;
    const copy = Buffer.from(bytes.subarray(start, end));
    if (this.taker === undefined) this.frames.push(...this.#reader.read(copy));
    else this.taker(copy);
    return !this.isPressed;
  }

  writeTextAndBytes(text: string, bytes: Buffer, start: number, end: number): boolean {
    this.writeText(text);
    return this.writeBytes(bytes, start, end);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
  }

  abort(): void {
    this.destroyed = true;
  }

  /** The client takes what it was sent. */
  drain(): void {
    this.isPressed = false;
    this.listener.onDrain();
  }
}

/** What the app knows of a request. */
export class AppRequest implements ConnListener {
  conn!: Conn;
  text = "";
  /** In how many pieces it came. */
  pieces = 0;
  closed = false;
  /** Set by apps that abort it. */
  isAborted = false;
  drains = 0;
  presses = 0;
  readonly #heard: (request: AppRequest) => void;

  constructor(heard: (request: AppRequest) => void) {
    this.#heard = heard;
  }

  get isWhole(): boolean {
    const at = this.text.indexOf("\r\n\r\n");
    if (at < 0) return false;
    const body = this.text.slice(at + 4);
    if (/^transfer-encoding: chunked\r$/m.test(this.text)) return /(?:^|\r\n)0\r\n(?:[^\r\n]+\r\n)*\r\n$/.test(body);
    return body.length === Number(/^content-length: (\d+)\r$/m.exec(this.text)?.[1] ?? "0");
  }

  /** The part of the text that is the body, out of its chunks. */
  get body(): string {
    const body = this.text.slice(this.text.indexOf("\r\n\r\n") + 4);
    if (!/^transfer-encoding: chunked\r$/m.test(this.text)) return body;
    let [payload, at] = ["", 0];
    for (;;) {
      const lineEnd = body.indexOf("\r\n", at);
      const size = Number.parseInt(body.slice(at, lineEnd), 16);
      if (lineEnd < 0 || size === 0) return payload;
      payload += body.slice(lineEnd + 2, lineEnd + 2 + size);
      at = lineEnd + 2 + size + 2;
    }
  }

  onData(bytes: Buffer, start: number, end: number): void {
    this.text += bytes.toString("latin1", start, end);
    this.pieces += 1;
    this.#heard(this);
  }

  onEnd(): void {
    throw new Error("a stream has no end but its framing");
  }

  onPress(): void {
    this.presses += 1;
  }

  onDrain(): void {
    this.drains += 1;
  }

  onClose(): void {
    if (this.closed) throw new Error("closed twice");
    this.closed = true;
  }
}

/** Answers what is whole. */
export function answerOk(request: AppRequest): void {
  if (!request.isWhole) return;
  request.conn.writeText("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
  request.conn.end();
}

export interface Http2Rig {
  readonly sessions: Http2Sessions;
  readonly requests: AppRequest[];
  clock: { nowMs: number };
  /** A session, its preface not sent. */
  open(): MemoryConn;
  /** A session, its preface and these settings sent. */
  greet(values?: Readonly<Record<number, number>>): MemoryConn;
}

export function http2Rig(heard: (request: AppRequest) => void = answerOk, maxSessions?: number): Http2Rig {
  const clock = { nowMs: 1_000_000 };
  const sessions = createHttp2Sessions({ idleMs: 60_000, maxSessions, nowMs: () => clock.nowMs });
  const requests: AppRequest[] = [];
  const open = (): MemoryConn => {
    let conn: MemoryConn | undefined;
    sessions.serve(
      (listener) => (conn = new MemoryConn(listener)),
      (openStream, begin) => {
        const request = new AppRequest(heard);
        requests.push(request);
        const stream = openStream(request);
        request.conn = stream;
        begin?.(stream);
      },
    );
    return conn!;
  };
  return {
    ...{ sessions, requests, clock, open },
    greet(values) {
      const conn = open();
      feed(conn, PREFACE, settings(values));
      return conn;
    },
  };
}

/** Bytes from the client, in one piece. */
export function feed(conn: MemoryConn, ...frames: readonly Buffer[]): void {
  const bytes = Buffer.concat(frames);
  conn.listener.onData(bytes, 0, bytes.length);
}

/** Until all that was collected in this turn is sent. */
export const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

export const requestFields = (method = "GET", ...more: Fields): Fields => [
  [":method", method],
  [":scheme", "https"],
  [":path", "/"],
  [":authority", "a.localhost"],
  ...more,
];

/** How a stream stands. */
export const ended = ({ frames }: MemoryConn, stream: number): ReturnType<typeof endOf> =>
  endOf({ frames, closed: false }, stream);

/** Payloads of frames. */
export const payloads = ({ frames }: MemoryConn, type: number, stream: number): Buffer[] =>
  frames.filter((one) => one.type === type && one.stream === stream).map(({ payload }) => payload);

/** The client's answer to a ping of ours; absent: to the last. */
export const acknowledge = (conn: MemoryConn, index = -1): Buffer =>
  frame(FRAME.ping, FLAG.ack, 0, payloads(conn, FRAME.ping, 0).at(index));

/** The last stream and the code of each goodbye. */
export const goodbyes = (conn: MemoryConn): number[][] =>
  payloads(conn, FRAME.goaway, 0).map((payload) => [payload.readUInt32BE(0), payload.readUInt32BE(4)]);

/** Answers at once, whatever has come of the request. */
export const answer =
  (body: string) =>
  ({ conn }: AppRequest): void => {
    conn.writeText(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
    conn.end();
  };

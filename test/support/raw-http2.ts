// HTTP/2 by hand: the frames on the wire are exactly those that a test wrote. Header blocks are plain literals, which every
// peer reads and none checks before our own code or Node.js does.
import { once } from "node:events";
import type { Duplex } from "node:stream";
import tls from "node:tls";

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
export const FLAG = { endStream: 1, ack: 1, endHeaders: 4 } as const;
export const SETTING = { headerTableSize: 1, initialWindowSize: 4 } as const;

export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
const HEADER_BYTES = 9;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** Names and values as they are; characters are bytes (latin1). */
export type Fields = readonly (readonly [name: string, value: string])[];

export function frame(type: number, flags: number, stream: number, payload: Buffer | string = ""): Buffer {
  const body = Buffer.from(payload as string, "latin1");
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUIntBE(body.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
}

/** A SETTINGS frame. */
export function settings(values: Readonly<Record<number, number>> = {}): Buffer {
  const entries = Object.entries(values).map(([id, value]) => {
    const entry = Buffer.alloc(6);
    entry.writeUInt16BE(Number(id), 0);
    entry.writeUInt32BE(value, 2);
    return entry;
  });
  return frame(FRAME.settings, 0, 0, Buffer.concat(entries));
}

/** The payload of RST_STREAM and WINDOW_UPDATE. */
export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A header block: each field a literal that is not indexed (RFC 7541 §6.2.2). */
export function block(fields: Fields): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]));
}

function literal(text: string): Buffer {
  return Buffer.concat([integer(text.length, 7), Buffer.from(text, "latin1")]);
}

/** An integer of HPACK (RFC 7541 §5.1); the bits before it are 0. */
export function integer(value: number, prefixBits: number): Buffer {
  const most = 2 ** prefixBits - 1;
  if (value < most) return Buffer.from([value]);
  const bytes = [most];
  let left = value - most;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.from([...bytes, left]);
}

/** A HEADERS frame that is a whole request head. */
export function request(stream: number, fields: Fields, flags: number = FLAG.endStream): Buffer {
  return frame(FRAME.headers, FLAG.endHeaders | flags, stream, block(fields));
}

/** Reads frames from a connection. */
export class FrameReader {
  #held: Buffer = Buffer.alloc(0);

  /** @returns the frames that are whole now */
  read(bytes: Buffer): Frame[] {
    const all = Buffer.concat([this.#held, bytes]);
    const frames: Frame[] = [];
    let at = 0;
    while (all.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + all.readUIntBE(at, 3);
      if (end > all.length) break;
      const payload = all.subarray(at + HEADER_BYTES, end);
      frames.push({ type: all[at + 3]!, flags: all[at + 4]!, stream: all.readUInt32BE(at + 5), payload });
      at = end;
    }
    this.#held = all.subarray(at);
    return frames;
  }
}

/** Positions of `:status` in the static table (RFC 7541, appendix A). */
const STATIC_STATUSES = [200, 204, 206, 304, 400, 404, 500];
const FIRST_STATIC_STATUS = 8;
const INDEXED = 0x80;
const HUFFMAN = 0x80;

/**
 * The status of a response head: Node.js sends it first. Undefined in trailers, and where it refers to an earlier head of the
 * connection.
 */
export function statusOf({ payload }: Frame): number | undefined {
  const first = payload[0] ?? 0;
  if ((first & INDEXED) !== 0) return STATIC_STATUSES[(first & 0x7f) - FIRST_STATIC_STATUS];
  const length = payload[1] ?? 0;
  const value = payload.subarray(2, 2 + (length & 0x7f));
  const digits = (length & HUFFMAN) === 0 ? value.toString("latin1") : huffmanDigits(value);
  return /^\d{3}$/.test(digits) ? Number(digits) : undefined;
}

/** Digits 0, 1 and 2 have five bits, the others six (RFC 7541, appendix B). */
function huffmanDigits(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  let digits = "";
  for (let at = 0; at + 5 <= bits.length;) {
    const five = Number.parseInt(bits.slice(at, at + 5), 2);
    const six = Number.parseInt(bits.slice(at, at + 6), 2);
    if (five <= 2) {
      digits += String(five);
      at += 5;
    } else if (at + 6 <= bits.length && six >= 0b01_1001 && six <= 0b01_1111) {
      digits += String(six - 0b01_1001 + 3);
      at += 6;
    } else break;
  }
  return digits;
}

export interface RawHttp2 {
  readonly socket: Duplex;
  /** What has come, without the peer's answers to our own settings. */
  readonly frames: Frame[];
  closed: boolean;
  send(...frames: readonly Buffer[]): void;
  /** Waits until the frames that have come say what is waited for, or the connection is closed. */
  until(fact: (frames: readonly Frame[]) => boolean): Promise<void>;
}

export interface RawHttp2Options {
  readonly port: number;
  readonly servername: string;
  readonly authority: string;
  readonly settings?: Readonly<Record<number, number>>;
}

const DEADLINE_MS = 10_000;

/** A connection on which HTTP/2 was agreed, the preface sent. */
export async function openHttp2(options: RawHttp2Options): Promise<RawHttp2> {
  const { port, servername, authority } = options;
  const socket = tls.connect({ port, host: "127.0.0.1", servername, ca: authority, ALPNProtocols: ["h2"] });
  const reader = new FrameReader();
  const waiting = new Set<() => void>();
  const connection: RawHttp2 = {
    ...{ socket, frames: [], closed: false },
    send: (...frames) => void socket.write(Buffer.concat(frames)),
    until: (fact) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!connection.closed && !fact(connection.frames)) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`not in ${DEADLINE_MS} ms; frames ${JSON.stringify(connection.frames.slice(-5))}`));
        }, DEADLINE_MS);
        waiting.add(look);
        look();
      }),
  };
  const told = (): void => {
    for (const look of [...waiting]) look();
  };
  socket.on("data", (bytes: Buffer) => {
    connection.frames.push(...reader.read(bytes));
    told();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    connection.closed = true;
    told();
  });
  await once(socket, "secureConnect");
  connection.send(PREFACE, settings(options.settings));
  return connection;
}

/** What became of a stream. */
export interface StreamEnd {
  /** Of the final head. */
  readonly status: number | undefined;
  readonly body: string;
  /** It did not end as it should: reset, or its connection was closed. */
  readonly reset: boolean;
}

/** How the stream stands; undefined while neither side has ended it and the connection is open. */
export function endOf({ frames, closed }: Pick<RawHttp2, "frames" | "closed">, stream: number): StreamEnd | undefined {
  const own = frames.filter((one) => one.stream === stream);
  const reset = own.some(({ type }) => type === FRAME.reset);
  const ended = own.some(({ type, flags }) => type <= FRAME.headers && (flags & FLAG.endStream) !== 0);
  if (!reset && !ended && !closed) return undefined;
  const statuses = own.filter(({ type }) => type === FRAME.headers).map(statusOf);
  const body = own.filter(({ type }) => type === FRAME.data).map(({ payload }) => payload.toString("latin1"));
  return {
    status: statuses.find((status) => status !== undefined && status >= 200),
    body: body.join(""),
    reset: reset || (closed && !ended),
  };
}

// A connection in records of TLS 1.3 without a network and without a handshake: a client that can seal whatever it likes.
import { randomBytes } from "node:crypto";
import type { Conn } from "../../src/emulator/edge/http1/conn.ts";
import { SUITES } from "../../src/emulator/edge/tls/key-schedule.ts";
import { RecordConn } from "../../src/emulator/edge/tls/record-conn.ts";
import { RecordOpener, RecordSealer } from "../../src/emulator/edge/tls/record-layer.ts";
import { loadRecordSpace } from "../../src/emulator/edge/tls/openssl-space.ts";
import { Ear } from "./conn-ear.ts";

const HEAD_BYTES = 5;

/** What lies below: keeps what is written, and counts what is asked of it. */
export class LowerConn implements Conn {
  readonly remoteAddress = "192.0.2.1";
  readonly remotePort = 4711;
  hasUnsent = false;
  isPressed = false;
  readonly writes: Buffer[] = [];
  readonly calls: string[] = [];
  writeText(): boolean {
    throw new Error("text is written in records");
  }
  writeTextAndBytes(): boolean {
    return this.writeText();
  }
  writeBytes(bytes: Buffer, start: number, end: number): boolean {
    this.writes.push(Buffer.from(bytes.subarray(start, end)));
    return !this.isPressed;
  }
  pause(): void {
    this.calls.push("pause");
  }
  resume(): void {
    this.calls.push("resume");
  }
  end(): void {
    this.calls.push("end");
  }
  destroy(): void {
    this.calls.push("destroy");
  }
  abort(): void {
    this.calls.push("abort");
  }
}

export interface OpenedRecord {
  readonly type: number;
  readonly content: Buffer;
}

export interface RecordRig {
  readonly conn: RecordConn;
  readonly ear: Ear;
  readonly lower: LowerConn;
  /** A record of the client's. @param padding zeros behind its type */
  seal(type: number, content: Buffer | string, padding?: number): Buffer;
  /** The client's key changes after what it has sealed so far. */
  update(): void;
  /** Bytes come from the client. */
  hear(...bytes: Buffer[]): void;
  /** What was sent to the client since the last time. */
  received(): OpenedRecord[];
}

export interface RecordRigOptions {
  readonly suite?: string;
  /** Records that the server had sent before. */
  readonly sent?: number;
  /** What came behind the handshake. */
  readonly held?: (seal: RecordRig["seal"]) => Buffer;
  readonly ended?: boolean;
}

export async function recordRig(options: RecordRigOptions = {}): Promise<RecordRig> {
  const { suite: name = "TLS_CHACHA20_POLY1305_SHA256", sent = 2, held, ended = false } = options;
  const suite = SUITES.get(name)!;
  const space = await loadRecordSpace();
  const secretBytes = suite.hash === "sha256" ? 32 : 48;
  const [clientSecret, serverSecret] = [randomBytes(secretBytes), randomBytes(secretBytes)];
  const sealer = new RecordSealer(space, suite, Buffer.from(clientSecret), 0);
  const opener = new RecordOpener(space, suite, Buffer.from(serverSecret), sent);
  const seal: RecordRig["seal"] = (type, content, padding = 0) => {
    const inner = Buffer.concat([Buffer.from(content), Buffer.from([type]), Buffer.alloc(padding)]);
    inner.copy(space.bytes, space.sealAt + HEAD_BYTES);
    const end = sealer.seal(space.sealAt, inner.length - 1, padding === 0 ? type : 0);
    return Buffer.from(space.bytes.subarray(space.sealAt, end));
  };
  const ear = new Ear();
  const lower = new LowerConn();
  const outcome = { suite, clientSecret, serverSecret, sent, held: held?.(seal), ended };
  const conn = new RecordConn(lower, space, outcome, ear);
  ear.conn = conn;
  let waiting = Buffer.alloc(0);
  return {
    ...{ conn, ear, lower, seal },
    update: () => sealer.update(),
    hear(...parts) {
      const bytes = Buffer.concat(parts);
      conn.onData(bytes, 0, bytes.length);
    },
    received() {
      waiting = Buffer.concat([waiting, ...lower.writes.splice(0)]);
      const records: OpenedRecord[] = [];
      while (waiting.length >= HEAD_BYTES) {
        const size = HEAD_BYTES + waiting.readUInt16BE(3);
        if (waiting.length < size) break;
        waiting.copy(space.bytes, space.openAt, 0, size);
        waiting = waiting.subarray(size);
        const alert = opener.open(space.openAt, size);
        if (alert !== undefined) throw new Error(`the client cannot open a record: ${alert}`);
        const content = Buffer.from(space.bytes.subarray(space.openAt + HEAD_BYTES, opener.contentEnd));
        records.push({ type: opener.type, content });
        // A key update.
        if (opener.type === 22) opener.update();
      }
      return records;
    },
  };
}

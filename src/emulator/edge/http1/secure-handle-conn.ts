// Conn over the handle inside a TLS socket: reads into one buffer, and puts a head and its body into one record. The socket
// stays the handle's owner: it has shaken hands, hears of errors, and closes it. Behaves as net-conn.ts does.
import type { TLSSocket } from "node:tls";
import type { Conn, ConnListener } from "./conn.ts";
import type { Handles, StreamHandle, WriteRequest } from "./libuv-handles.ts";
import { plainAddress } from "./net-conn.ts";

/** A record holds no more, and the handle hands on one at a time. */
const READ_BYTES = 16_384;
const WRITE_BYTES = 65_536;
/** So much may wait behind the write that is under way, before the sender is asked to wait. */
const MAX_WAITING_BYTES = 65_536;
const END_OF_FILE = -4095;

export interface SecureHandleConns {
  /** The Conn of a TLS socket that has just shaken hands, and of the handle inside it; it reads from now on. */
  open(socket: TLSSocket, handle: StreamHandle, listener: ConnListener): Conn;
}

/** @param later runs something when the present callback has ended */
export function createSecureHandleConns(handles: Handles, later: (run: () => void) => void): SecureHandleConns {
  const { streamState, readBytesOrError } = handles;
  /** All handles read into it, one at a time: what they hand on is only valid during the call. */
  const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
  /** What is written together is put together here: the handle encrypts it at once, or copies it. */
  const writeBuffer = Buffer.allocUnsafeSlow(WRITE_BYTES);

  function written(this: WriteRequest, status: number): void {
    this.writer?.wrote(status);
  }

  function onread(this: StreamHandle): void {
    this.reader?.read(streamState[readBytesOrError]!);
  }

  class SecureHandleConn implements Conn {
    readonly remoteAddress: string;
    readonly remotePort: number;
    readonly #socket: TLSSocket;
    readonly #handle: StreamHandle;
    readonly #listener: ConnListener;
    /** The handle takes one write at a time; the others wait. */
    #writing = false;
    readonly #waiting: Buffer[] = [];
    #waitingBytes = 0;
    #pressed = false;
    #reading = false;
    /** Came although nobody reads: records that arrive in one packet are decrypted together. */
    readonly #unread: Buffer[] = [];
    #peerEnded = false;
    #endTold = false;
    #ending = false;
    #ended = false;
    /** Nothing is to be heard of it any more. */
    #given = false;
    #closed = false;

    constructor(socket: TLSSocket, handle: StreamHandle, listener: ConnListener) {
      this.#socket = socket;
      this.#handle = handle;
      this.#listener = listener;
      this.remoteAddress = plainAddress(socket.remoteAddress ?? "");
      this.remotePort = socket.remotePort ?? 0;
      for (let early: unknown; (early = socket.read()) !== null;) this.#unread.push(early as Buffer);
      // A record that cannot be decrypted is told to the socket alone.
      socket.on("error", () => this.#lose());
      socket.on("close", () => {
        this.#closed = true;
        if (this.#given) return;
        this.#given = true;
        listener.onClose();
      });
      handle.reader = this;
      handle.onread = onread;
      handle.useUserBuffer(readBuffer);
      this.resume();
    }

    get hasUnsent(): boolean {
      return this.#writing;
    }

    get isPressed(): boolean {
      return this.#pressed;
    }

    writeText(text: string): boolean {
      return this.writeTextAndBytes(text, readBuffer, 0, 0);
    }

    writeBytes(bytes: Buffer, start: number, end: number): boolean {
      if (start === end || this.#closed || this.#ending) return true;
      if (this.#writing) return this.#wait(bytes, start, end);
      const to = Math.min(end, start + WRITE_BYTES);
      this.#send(bytes.subarray(start, to));
      return this.#wait(bytes, to, end);
    }

    writeTextAndBytes(text: string, bytes: Buffer, start: number, end: number): boolean {
      const room = WRITE_BYTES - text.length;
      if (this.#writing || room < 0) {
        const head = Buffer.from(text, "latin1");
        this.writeBytes(head, 0, head.length);
        return this.writeBytes(bytes, start, end);
      }
      if (this.#closed || this.#ending || text.length + end - start === 0) return true;
      const to = Math.min(end, start + room);
      writeBuffer.write(text, 0, "latin1");
      bytes.copy(writeBuffer, text.length, start, to);
      this.#send(writeBuffer.subarray(0, text.length + to - start));
      return this.writeBytes(bytes, to, end);
    }

    pause(): void {
      if (!this.#reading) return;
      this.#reading = false;
      if (!this.#peerEnded) this.#handle.readStop();
    }

    resume(): void {
      if (this.#reading || this.#endTold || this.#closed) return;
      this.#reading = true;
      if (this.#unread.length > 0 || this.#peerEnded) later(() => this.#catchUp());
      else this.#handle.readStart();
    }

    end(): void {
      if (this.#ending || this.#closed) return;
      this.#ending = true;
      if (!this.#writing) this.#shutDown();
    }

    destroy(): void {
      this.#given = true;
      this.#lose();
    }

    /** An end without TLS's own word for it is what tells the peer that something is missing. */
    abort(): void {
      this.destroy();
    }

    read(bytesOrError: number): void {
      if (this.#closed) return;
      if (bytesOrError > 0) {
        if (this.#reading && this.#unread.length === 0) this.#listener.onData(readBuffer, 0, bytesOrError);
        else this.#unread.push(Buffer.from(readBuffer.subarray(0, bytesOrError)));
      } else if (bytesOrError === END_OF_FILE) {
        this.#peerEnded = true;
        if (this.#reading && this.#unread.length === 0) this.#tellEnd();
      } else if (bytesOrError < 0) this.#lose();
    }

    wrote(status: number): void {
      this.#writing = false;
      if (this.#closed) return;
      if (status < 0) return this.#lose();
      if (this.#waiting.length > 0) return this.#sendWaiting();
      if (this.#ending) return this.#shutDown();
      if (!this.#pressed) return;
      this.#pressed = false;
      this.#listener.onDrain();
    }

    #send(bytes: Buffer): void {
      const request = handles.writeRequest();
      request.oncomplete = written;
      request.writer = this;
      this.#writing = true;
      if (this.#handle.writeBuffer(request, bytes) !== 0) this.#lose();
    }

    /** Keeps a copy of what cannot be sent yet. @returns whether more may follow */
    #wait(bytes: Buffer, start: number, end: number): boolean {
      for (let from = start; from < end; from += WRITE_BYTES)
        this.#waiting.push(Buffer.from(bytes.subarray(from, Math.min(end, from + WRITE_BYTES))));
      this.#waitingBytes += end - start;
      if (this.#waitingBytes > MAX_WAITING_BYTES) this.#pressed = true;
      return !this.#pressed;
    }

    #sendWaiting(): void {
      let filled = 0;
      let taken = 0;
      for (const bytes of this.#waiting) {
        if (filled + bytes.length > WRITE_BYTES) break;
        filled += bytes.copy(writeBuffer, filled);
        taken += 1;
      }
      this.#waiting.splice(0, taken);
      this.#waitingBytes -= filled;
      this.#send(writeBuffer.subarray(0, filled));
    }

    /** Hands on what came while nobody read. */
    #catchUp(): void {
      while (this.#reading && !this.#closed && this.#unread.length > 0) {
        const bytes = this.#unread.shift()!;
        this.#listener.onData(bytes, 0, bytes.length);
      }
      if (!this.#reading || this.#closed) return;
      if (this.#peerEnded) this.#tellEnd();
      else this.#handle.readStart();
    }

    #tellEnd(): void {
      if (this.#endTold) return;
      this.#endTold = true;
      this.#reading = false;
      this.#listener.onEnd();
      if (this.#ended) this.#lose();
    }

    /** After everything was written: what is written in between would follow the end. */
    #shutDown(): void {
      const shutdown = handles.shutdownRequest();
      shutdown.oncomplete = (status) => {
        this.#ended = true;
        if (status < 0 || this.#endTold) this.#lose();
      };
      if (this.#handle.shutdown(shutdown) < 0) this.#lose();
    }

    /** The connection is gone; the listener hears of it when the socket has closed, unless it has given it up itself. */
    #lose(): void {
      if (this.#closed) return;
      this.#closed = true;
      this.#reading = false;
      this.#socket.destroy();
    }
  }

  return { open: (socket, handle, listener) => new SecureHandleConn(socket, handle, listener) };
}

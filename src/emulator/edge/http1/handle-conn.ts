// Conn over a handle of libuv's: one buffer for all reads, and writes that cost no object where the kernel takes them at
// once, which is nearly always. Behaves as net-conn.ts does.
import type { Conn, ConnListener } from "./conn.ts";
import type { EventTimes } from "./event-times.ts";
import type { Handles, StreamHandle, TcpHandle, WriteRequest } from "./libuv-handles.ts";
import { plainAddress } from "./net-conn.ts";

/** Below this, copying a body into the head's text is cheaper than writing both as bytes. */
const JOIN_BYTES = 8_192;
const READ_BYTES = 65_536;
/** What one read brings, and what TLS adds to it. */
const WRITE_BYTES = 66_560;
const END_OF_FILE = -4095;

export interface HandleConns {
  /** The Conn of an open handle; it reads from now on. */
  open(handle: TcpHandle, listener: ConnListener): Conn;
}

/** @param later runs something when the present callback has ended @param times is told of each read */
export function createHandleConns(
  handles: Handles,
  later: (run: () => void) => void,
  times: Pick<EventTimes, "begin" | "end">,
): HandleConns {
  const { streamState, readBytesOrError, lastWriteWasAsync } = handles;
  /** All handles read into it, one at a time: what they hand on is only valid during the call. */
  const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
  /** What is written is copied here first; the kernel takes it at once, or the buffer is given away and replaced. */
  let writeBuffer = Buffer.allocUnsafeSlow(WRITE_BYTES);
  let request = newRequest();

  function newRequest(): WriteRequest {
    const made = handles.writeRequest();
    made.oncomplete = written;
    return made;
  }

  function written(this: WriteRequest, status: number): void {
    this.writer?.wrote(status);
  }

  function onread(this: StreamHandle): void {
    times.begin();
    try {
      this.reader?.read(streamState[readBytesOrError]!);
    } finally {
      times.end();
    }
  }

  class HandleConn implements Conn {
    readonly #handle: TcpHandle;
    readonly #listener: ConnListener;
    #remote: { readonly address: string; readonly port: number } | undefined;
    /** Writes that the kernel has not taken yet. */
    #pending = 0;
    #reading = false;
    #peerEnded = false;
    #ending = false;
    #ended = false;
    /** Nothing is to be heard of it any more. */
    #given = false;
    #closed = false;

    constructor(handle: TcpHandle, listener: ConnListener) {
      this.#handle = handle;
      this.#listener = listener;
      handle.reader = this;
      handle.onread = onread;
      handle.useUserBuffer(readBuffer);
      handle.setNoDelay(true);
      this.resume();
    }

    get remoteAddress(): string {
      return this.#peer().address;
    }

    get remotePort(): number {
      return this.#peer().port;
    }

    get hasUnsent(): boolean {
      return this.#pending > 0;
    }

    get isPressed(): boolean {
      return this.#pending > 0;
    }

    writeText(text: string): boolean {
      if (this.#closed || this.#ending) return true;
      return this.#sent(this.#handle.writeLatin1String(request, text));
    }

    writeBytes(bytes: Buffer, start: number, end: number): boolean {
      let drained = true;
      for (let from = start; from < end && !this.#closed && !this.#ending; from += WRITE_BYTES) {
        const to = Math.min(end, from + WRITE_BYTES);
        bytes.copy(writeBuffer, 0, from, to);
        drained = this.#sent(this.#handle.writeBuffer(request, writeBuffer.subarray(0, to - from)), writeBuffer);
        if (!drained) writeBuffer = Buffer.allocUnsafeSlow(WRITE_BYTES);
      }
      return drained;
    }

    writeTextAndBytes(text: string, bytes: Buffer, start: number, end: number): boolean {
      if (end === start) return this.writeText(text);
      if (text.length + end - start <= JOIN_BYTES) return this.writeText(text + bytes.toString("latin1", start, end));
      this.writeText(text);
      return this.writeBytes(bytes, start, end);
    }

    pause(): void {
      if (!this.#reading) return;
      this.#reading = false;
      this.#handle.readStop();
    }

    resume(): void {
      if (this.#reading || this.#peerEnded || this.#closed) return;
      this.#reading = true;
      this.#handle.readStart();
    }

    end(): void {
      if (this.#ending || this.#closed) return;
      this.#ending = true;
      const shutdown = handles.shutdownRequest();
      shutdown.oncomplete = (status) => {
        this.#ended = true;
        if (status < 0 || this.#peerEnded) this.#lose();
      };
      // libuv lets it wait for what was written.
      if (this.#handle.shutdown(shutdown) < 0) this.#lose();
    }

    destroy(): void {
      this.#given = true;
      this.#close();
    }

    abort(): void {
      this.#given = true;
      if (this.#closed) return;
      this.#closed = true;
      if (this.#handle.reset() < 0) this.#handle.close();
    }

    read(bytesOrError: number): void {
      if (this.#given) return;
      if (bytesOrError > 0) return this.#listener.onData(readBuffer, 0, bytesOrError);
      if (bytesOrError === 0) return;
      if (bytesOrError !== END_OF_FILE) return this.#lose();
      this.#peerEnded = true;
      this.#reading = false;
      this.#listener.onEnd();
      if (this.#ended) this.#lose();
    }

    wrote(status: number): void {
      this.#pending -= 1;
      if (this.#given) return;
      if (status < 0) this.#lose();
      else if (this.#pending === 0 && !this.#ending) this.#listener.onDrain();
    }

    /** @param bytes what was written, if it was no text @returns whether nothing of a write waits */
    #sent(error: number, bytes?: Buffer): boolean {
      if (error !== 0) {
        this.#lose();
        return true;
      }
      if (streamState[lastWriteWasAsync] === 0) return true;
      this.#pending += 1;
      request.writer = this;
      if (bytes !== undefined) request.bytes = bytes;
      request = newRequest();
      return false;
    }

    /** The connection is gone. The listener hears of it later: not within a call of its own. */
    #lose(): void {
      if (this.#closed) return;
      this.#close();
      later(() => {
        if (this.#given) return;
        this.#given = true;
        this.#listener.onClose();
      });
    }

    #close(): void {
      if (this.#closed) return;
      this.#closed = true;
      this.#reading = false;
      this.#handle.close();
    }

    #peer(): { readonly address: string; readonly port: number } {
      if (this.#remote !== undefined) return this.#remote;
      const remote: { address?: string; port?: number } = {};
      this.#handle.getpeername(remote);
      return (this.#remote = { address: plainAddress(remote.address ?? ""), port: remote.port ?? 0 });
    }
  }

  return { open: (handle, listener) => new HandleConn(handle, listener) };
}

// Frames on a byte stream: one byte for the kind, four for the length (big-endian), then the payload. For upgraded
// connections; what the kinds mean is contract/sessions.ts.
import type { Duplex } from "node:stream";
import { AppError } from "../errors/app-error.ts";

export interface Frame {
  readonly kind: number;
  readonly payload: Buffer;
}

export interface FrameChannel {
  /** What the other side sends, until it ends. Not reading on holds it back. @throws UNREACHABLE where it broke off */
  frames(): AsyncGenerator<Frame>;
  /** Resolves when the connection has taken it, at once where the connection is gone. */
  send(kind: number, payload?: Uint8Array | string): Promise<void>;
  /** Says that nothing more will be sent. */
  end(): void;
  /** Breaks off. */
  destroy(): void;
}

const HEADER_BYTES = 5;
/** Longer frames are no frames. */
const MAX_PAYLOAD_BYTES = 1024 * 1024;

/** Bytes of one frame. */
export function renderFrame(kind: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(payload.length, 1);
  return Buffer.concat([header, payload]);
}

/** Takes chunks as they come, gives the frames that are whole. @throws REQUEST_INVALID for a frame that is too long */
export function createFrameReader(): (chunk: Buffer) => Frame[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const frames: Frame[] = [];
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER_BYTES) {
      const length = rest.readUInt32BE(1);
      if (length > MAX_PAYLOAD_BYTES)
        throw new AppError("REQUEST_INVALID", `A frame of ${length} bytes is longer than ${MAX_PAYLOAD_BYTES}`);
      if (rest.length < HEADER_BYTES + length) break;
      frames.push({ kind: rest.readUInt8(0), payload: rest.subarray(HEADER_BYTES, HEADER_BYTES + length) });
      rest = rest.subarray(HEADER_BYTES + length);
    }
    return frames;
  };
}

/** Frames on a connection that nobody else reads or writes. */
export function openFrameChannel(socket: Duplex): FrameChannel {
  // heard by whoever reads; a failed write shows there too
  socket.on("error", () => undefined);
  const write = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      if (socket.destroyed || socket.writableEnded) resolve();
      else socket.write(bytes, () => resolve());
    });
  return {
    async *frames() {
      const read = createFrameReader();
      try {
        for await (const chunk of socket) yield* read(chunk as Buffer);
      } catch (cause) {
        if (cause instanceof AppError) throw cause;
        throw new AppError("UNREACHABLE", "The connection broke off", { cause });
      }
    },
    async send(kind, payload = "") {
      const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
      for (let at = 0; at === 0 || at < bytes.length; at += MAX_PAYLOAD_BYTES)
        await write(renderFrame(kind, bytes.subarray(at, at + MAX_PAYLOAD_BYTES)));
    },
    end: () => {
      if (!socket.destroyed) socket.end();
    },
    destroy: () => void socket.destroy(),
  };
}

// Pure: splits the engine's multiplexed stream (8-byte header: stream, 0, 0, 0, length big-endian) into frames, and
// text into bounded lines. No stream, no engine.

export type StreamName = "stdout" | "stderr";

/** Longest piece of a line that is handed on in one, in bytes: a program that never ends its line must not fill memory. */
export const MAX_LINE_BYTES = 64 * 1024;

const HEADER_BYTES = 8;

/** Takes chunks as they come, gives the payload of each frame; a frame may come in several pieces. */
export function createFrameSplitter(): (
  chunk: Buffer,
) => { stream: StreamName; payload: Buffer; first: boolean; last: boolean }[] {
  let header = Buffer.alloc(0);
  let remaining = 0;
  let stream: StreamName = "stdout";
  let first = true;
  return (chunk) => {
    const frames: { stream: StreamName; payload: Buffer; first: boolean; last: boolean }[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (remaining === 0) {
        const wanted = HEADER_BYTES - header.length;
        header = Buffer.concat([header, chunk.subarray(at, at + wanted)]);
        at += wanted;
        if (header.length < HEADER_BYTES) break;
        stream = header[0] === 2 ? "stderr" : "stdout";
        remaining = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        first = true;
        continue;
      }
      const payload = chunk.subarray(at, at + remaining);
      at += payload.length;
      remaining -= payload.length;
      frames.push({ stream, payload, first, last: remaining === 0 });
      first = false;
    }
    return frames;
  };
}

/** How many bytes of a too long piece to give out, so that no UTF-8 character is cut. */
function wholeCharacters(bytes: Buffer, limit: number): number {
  let end = limit;
  while (end > limit - 4 && end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}

/** Collects bytes and gives out complete lines without their ends, and pieces of at most MAX_LINE_BYTES of longer ones. */
export function createLineSplitter(): { push(bytes: Buffer): string[]; flush(): string[] } {
  let rest = Buffer.alloc(0);
  const text = (bytes: Buffer): string => bytes.toString("utf8").replace(/\r$/, "");
  return {
    push: (bytes) => {
      const lines: string[] = [];
      let buffer = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      for (;;) {
        const end = buffer.indexOf(0x0a);
        if (end >= 0 && end <= MAX_LINE_BYTES) {
          lines.push(text(buffer.subarray(0, end)));
          buffer = buffer.subarray(end + 1);
        } else if (buffer.length > MAX_LINE_BYTES) {
          const cut = wholeCharacters(buffer, MAX_LINE_BYTES);
          lines.push(buffer.toString("utf8", 0, cut));
          buffer = buffer.subarray(cut);
        } else break;
      }
      // a copy: a slice would keep the whole chunk alive
      rest = Buffer.from(buffer);
      return lines;
    },
    flush: () => {
      const last = rest;
      rest = Buffer.alloc(0);
      return last.length === 0 ? [] : [text(last)];
    },
  };
}

// Pure: turns the engine's log stream with timestamps into log lines. The engine cuts lines at 16 KB and gives each
// part a timestamp of its own; the parts of a line are put together again.
import type { LogLine } from "../container-runtime.ts";
import { createFrameSplitter, createLineSplitter, type StreamName } from "./frames.ts";

/** Longer than any timestamp: without a space in so many bytes there is none. */
const MAX_TIMESTAMP_BYTES = 64;

export interface LogDecoder {
  push(chunk: Buffer): LogLine[];
  /** What is left of a line that never ended. */
  flush(): LogLine[];
}

function createStreamDecoder(stream: StreamName) {
  const lines = createLineSplitter();
  let timestamp = "";
  let head = Buffer.alloc(0);
  let atLineStart = true;
  const emit = (texts: readonly string[]): LogLine[] => texts.map((text) => ({ stream, timestamp, text }));
  return {
    frame(payload: Buffer, first: boolean): LogLine[] {
      if (first) head = Buffer.alloc(0);
      let body = payload;
      if (first || head.length > 0) {
        head = Buffer.concat([head, payload]);
        const space = head.indexOf(0x20);
        if (space < 0 && head.length < MAX_TIMESTAMP_BYTES) return [];
        // the timestamp of a line is that of its first part
        if (atLineStart) timestamp = head.toString("latin1", 0, Math.max(space, 0));
        body = head.subarray(space + 1);
        head = Buffer.alloc(0);
      }
      if (body.length > 0) atLineStart = body[body.length - 1] === 0x0a;
      return emit(lines.push(body));
    },
    flush: (): LogLine[] => emit(lines.flush()),
  };
}

/** For containers without a terminal: stdout and stderr come in frames. */
export function createMultiplexedLogDecoder(): LogDecoder {
  const split = createFrameSplitter();
  const decoders = { stdout: createStreamDecoder("stdout"), stderr: createStreamDecoder("stderr") };
  return {
    push: (chunk) => split(chunk).flatMap(({ stream, payload, first }) => decoders[stream].frame(payload, first)),
    flush: () => [...decoders.stdout.flush(), ...decoders.stderr.flush()],
  };
}

/** For containers with a terminal: bare lines, all of them stdout. */
export function createRawLogDecoder(): LogDecoder {
  const lines = createLineSplitter();
  const parse = (line: string): LogLine => {
    const space = line.indexOf(" ");
    return { stream: "stdout", timestamp: line.slice(0, Math.max(space, 0)), text: line.slice(space + 1) };
  };
  return { push: (chunk) => lines.push(chunk).map(parse), flush: () => lines.flush().map(parse) };
}

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLineSplitter, MAX_LINE_BYTES } from "../../../../../src/emulator/runtime/docker/frames.ts";
import {
  createMultiplexedLogDecoder,
  createRawLogDecoder,
} from "../../../../../src/emulator/runtime/docker/log-lines.ts";

const PART_BYTES = 16 * 1024;

function frame(stream: "stdout" | "stderr", payload: string | Buffer): Buffer {
  const body = Buffer.from(payload);
  const header = Buffer.alloc(8);
  header[0] = stream === "stdout" ? 1 : 2;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

/** The frames of a line as the engine sends them: parts of 16 KB, each with a timestamp. */
function lineFrames(stream: "stdout" | "stderr", text: string, timestamp: string): Buffer {
  const bytes = Buffer.from(`${text}\n`);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += PART_BYTES)
    parts.push(frame(stream, Buffer.concat([Buffer.from(`${timestamp} `), bytes.subarray(at, at + PART_BYTES)])));
  return Buffer.concat(parts);
}

const time = (second: number): string => `2026-01-02T03:04:${String(second).padStart(2, "0")}.000000001Z`;

describe("log decoding", () => {
  test("lines of both streams come out as written, however the bytes are cut", () => {
    const lines = fc.array(
      fc.record({
        stream: fc.constantFrom("stdout" as const, "stderr" as const),
        text: fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => text.replace(/[\r\n]/g, " ")),
        wide: fc.boolean(),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        lines,
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 }),
        (written, cuts) => {
          const wanted = written.map(({ stream, text, wide }, at) => ({
            stream,
            timestamp: time(at),
            text: wide ? `${text}${"ü".repeat(12_000)}` : text,
          }));
          const bytes = Buffer.concat(wanted.map(({ stream, timestamp, text }) => lineFrames(stream, text, timestamp)));
          const decoder = createMultiplexedLogDecoder();
          const read = [];
          for (let at = 0, cut = 0; at < bytes.length; cut += 1) {
            const length = cuts[cut % cuts.length] ?? 1;
            read.push(...decoder.push(bytes.subarray(at, at + length)));
            at += length;
          }
          expect([...read, ...decoder.flush()]).toEqual(wanted);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("the part of a line that was never ended comes with the flush", () => {
    const decoder = createMultiplexedLogDecoder();
    expect(decoder.push(frame("stderr", `${time(1)} half`))).toEqual([]);
    expect(decoder.flush()).toEqual([{ stream: "stderr", timestamp: time(1), text: "half" }]);
  });

  test("a line without end comes in bounded pieces that cut no character", () => {
    const splitter = createLineSplitter();
    const pieces = [];
    for (let at = 0; at < 100; at += 1) pieces.push(...splitter.push(Buffer.from("aé€😀".repeat(1000))));
    const all = [...pieces, ...splitter.flush()];
    expect(pieces.length).toBeGreaterThan(10);
    expect(Math.max(...all.map((piece) => Buffer.byteLength(piece)))).toBeLessThanOrEqual(MAX_LINE_BYTES);
    expect(all.join("")).toBe("aé€😀".repeat(100_000));
  });

  test("a terminal's log is bare lines", () => {
    const decoder = createRawLogDecoder();
    expect(decoder.push(Buffer.from(`${time(1)} one\r\n${time(2)} \r\n`))).toEqual([
      { stream: "stdout", timestamp: time(1), text: "one" },
      { stream: "stdout", timestamp: time(2), text: "" },
    ]);
  });
});

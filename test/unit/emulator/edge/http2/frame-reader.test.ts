import { describe, expect, test } from "vitest";
import { FrameReader, type FrameSink } from "../../../../../src/emulator/edge/http2/frame-reader.ts";
import { FRAME, frame } from "../../../../support/raw-http2.ts";

/** Writes frames down, and takes as many as it is told. */
class Ear implements FrameSink {
  readonly heard: string[] = [];
  readonly #most: number;
  constructor(most = Infinity) {
    this.#most = most;
  }
  frame(type: number, flags: number, stream: number, bytes: Buffer, start: number, end: number): boolean {
    this.heard.push(`${type} ${flags} ${stream} ${bytes.toString("latin1", start, end)}`);
    return this.heard.length < this.#most;
  }
}

const LARGEST = frame(FRAME.data, 1, 3, "x".repeat(16_384));
const FRAMES = Buffer.concat([
  frame(FRAME.settings, 0, 0),
  frame(FRAME.data, 1, 0x7fff_ffff, "hello"),
  frame(FRAME.ping, 0, 0, "12345678"),
]);
const HEARD = ["4 0 0 ", "0 1 2147483647 hello", "6 0 0 12345678"];

describe("frames", () => {
  test("come as they were sent, wherever the bytes are cut", () => {
    for (let first = 0; first <= FRAMES.length; first += 1)
      for (let second = first; second <= FRAMES.length; second += 1) {
        const [reader, ear] = [new FrameReader(), new Ear()];
        const ends = [first, second, FRAMES.length];
        ends.forEach((end, index) => expect(reader.read(FRAMES, ends[index - 1] ?? 0, end, ear)).toBe(true));
        expect(ear.heard).toEqual(HEARD);
      }
  });

  test("come byte by byte, up to the largest", () => {
    const [reader, ear] = [new FrameReader(), new Ear()];
    for (let at = 0; at < LARGEST.length; at += 1) expect(reader.read(LARGEST, at, at + 1, ear)).toBe(true);
    expect(ear.heard).toEqual([`0 1 3 ${"x".repeat(16_384)}`]);
  });

  test("the bit before a stream's number means nothing", () => {
    const ear = new Ear();
    const bytes = frame(FRAME.data, 0, 0x8000_0005);
    new FrameReader().read(bytes, 0, bytes.length, ear);
    expect(ear.heard).toEqual(["0 0 5 "]);
  });

  test("stop when nobody wants more", () => {
    const ear = new Ear(1);
    expect(new FrameReader().read(FRAMES, 0, FRAMES.length, ear)).toBe(true);
    expect(ear.heard).toEqual(HEARD.slice(0, 1));
  });

  test.each([1, 3, 8, 9, 12])("that are too large are refused, cut after %i bytes", (cut) => {
    const [reader, ear] = [new FrameReader(), new Ear()];
    const bytes = frame(FRAME.data, 0, 1, "x".repeat(16_385));
    const results = [reader.read(bytes, 0, cut, ear), reader.read(bytes, cut, 20, ear)];
    expect(results).toContain(false);
    expect(ear.heard).toEqual([]);
  });
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChunkedReader } from "../../../../../src/emulator/edge/http1/chunked.ts";

const read = (text: string, reader = new ChunkedReader()): number => {
  const bytes = Buffer.from(text, "latin1");
  return reader.read(bytes, 0, bytes.length);
};

describe("chunked bodies", () => {
  test("end after the empty line, whatever follows", () => {
    const body = "5;name=value\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n";
    expect(read(`${body}GET /`)).toBe(body.length);
    expect(read("0\r\n\r\n")).toBe(5);
  });

  test("are found however they are cut, with their payload", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 }),
        fc.array(fc.nat(300), { maxLength: 8 }),
        (chunks, cuts) => {
          const pieces = chunks.map((chunk) =>
            Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n")]),
          );
          const bytes = Buffer.concat([...pieces, Buffer.from("0\r\n\r\nrest")]);
          const payload: Buffer[] = [];
          const reader = new ChunkedReader(
            (from, start, end) => void payload.push(Buffer.from(from.subarray(start, end))),
          );
          let position = 0;
          for (const cut of [...cuts.filter((at) => at < bytes.length).toSorted((a, b) => a - b), bytes.length]) {
            if (!reader.done) position = reader.read(bytes, position, cut);
          }
          expect(reader.done).toBe(true);
          expect(bytes.subarray(position).toString()).toBe("rest");
          expect(Buffer.concat(payload)).toEqual(Buffer.concat(chunks));
        },
      ),
    );
  });

  test.each([
    "g\r\n",
    "-1\r\n",
    " 1\r\n",
    "1 \r\n",
    "0x1\r\n",
    "\r\n",
    "1\n",
    "1\r\r",
    "1\r\nab\r\n",
    "1\r\na\n",
    "1;\n\r\n",
    "1234567890abc\r\n",
    "0\r\n a\r\n",
    "0\r\nA\r\n",
    "0\r\nA: b\nC: d\r\n",
    "0\r\nhost: x\r\n",
    "0\r\nTransfer_Encoding: x\r\n",
  ])("%j is a fault", (text) => {
    expect(read(text)).toBe(-1);
  });
});

import * as fc from "fast-check";
import { describe, test } from "vitest";
import { createLengthSplitter, withLength } from "../../../../src/emulator/dns/stream.ts";

describe("messages in a stream", () => {
  test("come out as they went in, however the stream is cut", ({ expect }) => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 })),
        fc.integer({ min: 1, max: 50 }),
        (messages, chunkBytes) => {
          const stream = Buffer.concat(messages.map((message) => withLength(Buffer.from(message))));
          const split = createLengthSplitter();
          const received: Buffer[] = [];
          for (let at = 0; at < stream.length; at += chunkBytes)
            received.push(...split(stream.subarray(at, at + chunkBytes)));
          expect(received.map((message) => [...message])).toEqual(messages.map((message) => [...message]));
        },
      ),
    );
  });
});

// Records beside node:crypto, for each suite and on both sides of the size at which another implementation takes over.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type Suite, SUITES, trafficKeyOf } from "../../../../../src/emulator/edge/tls/key-schedule.ts";
import * as format from "../../../../../src/emulator/edge/tls/record-format.ts";
import { RecordOpener, RecordSealer } from "../../../../../src/emulator/edge/tls/record-layer.ts";
import type { RecordSpace } from "../../../../../src/emulator/edge/tls/record-space.ts";
import { loadRecordSpace } from "../../../../../src/emulator/edge/tls/openssl-space.ts";

let space: RecordSpace;
beforeAll(async () => {
  space = await loadRecordSpace();
});

function nonceOf(iv: Buffer, sequence: number): Buffer {
  const nonce = Buffer.from(iv);
  const number = nonce.readBigUInt64BE(4) ^ BigInt(sequence);
  nonce.writeBigUInt64BE(number, 4);
  return nonce;
}

/** @param inner content, type and padding */
function sealedByNode(suite: Suite, secret: Buffer, sequence: number, inner: Buffer): Buffer {
  const { key, iv } = trafficKeyOf(secret, suite);
  const head = Buffer.from([23, 3, 3, 0, 0]);
  head.writeUInt16BE(inner.length + 16, 3);
  const cipher = createCipheriv(suite.cipher as "aes-128-gcm", key, nonceOf(iv, sequence), { authTagLength: 16 });
  cipher.setAAD(head);
  return Buffer.concat([head, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
}

function openedByNode(suite: Suite, secret: Buffer, sequence: number, record: Buffer): Buffer {
  const { key, iv } = trafficKeyOf(secret, suite);
  const cipher = createDecipheriv(suite.cipher as "aes-128-gcm", key, nonceOf(iv, sequence), { authTagLength: 16 });
  cipher.setAAD(record.subarray(0, 5));
  cipher.setAuthTag(record.subarray(-16));
  return Buffer.concat([cipher.update(record.subarray(5, -16)), cipher.final()]);
}

const sizes = fc.oneof(
  fc.constantFrom(0, 1, 4_094, 4_095, 4_096, 16_383, 16_384),
  fc.nat({ max: 5_000 }),
  fc.nat({ max: 16_384 }),
);

describe.each([...SUITES])("records of %s", (_name, suite) => {
  const secret = Buffer.alloc(suite.hash === "sha256" ? 32 : 48, 3);
  const secretCopy = (): Buffer => Buffer.from(secret);

  function open(opener: RecordOpener, record: Buffer): number | { type: number; content: Buffer } {
    record.copy(space.bytes, space.openAt);
    const alert = opener.open(space.openAt, record.length);
    if (alert !== undefined) return alert;
    const content = space.bytes.subarray(space.openAt + 5, opener.contentEnd);
    return { type: opener.type, content: Buffer.from(content) };
  }

  test("what is sealed is what node:crypto opens, and the other way round", () => {
    fc.assert(
      fc.property(sizes, fc.nat({ max: 200 }), fc.nat({ max: 2 ** 40 }), (size, padding, sequence) => {
        const content = randomBytes(size);
        content.copy(space.bytes, space.sealAt + 5);
        const end = new RecordSealer(space, suite, secretCopy(), sequence).seal(space.sealAt, size, 23);
        const record = Buffer.from(space.bytes.subarray(space.sealAt, end));
        const inner = openedByNode(suite, secret, sequence, record);
        expect(inner.equals(Buffer.concat([content, Buffer.from([23])]))).toBe(true);

        const padded = Math.min(padding, format.MAX_CONTENT_BYTES - size);
        const other = Buffer.concat([content, Buffer.from([22]), Buffer.alloc(padded)]);
        const opener = new RecordOpener(space, suite, secretCopy(), sequence);
        const opened = open(opener, sealedByNode(suite, secret, sequence, other));
        expect(opened).toMatchObject({ type: 22 });
        expect((opened as { content: Buffer }).content.equals(content)).toBe(true);
        expect(opener.sequence).toBe(sequence + 1);
      }),
      { numRuns: 150 },
    );
  });

  test("a record with any bit turned is none, and leaves the next one open", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat({ max: 7 }), (size, place, bit) => {
        const inner = Buffer.concat([randomBytes(size), Buffer.from([23])]);
        const good = sealedByNode(suite, secret, 0, inner);
        const bad = Buffer.from(good);
        // The type alone is looked at before the tag.
        bad[1 + (place % (bad.length - 1))]! ^= 1 << bit;
        const opener = new RecordOpener(space, suite, secretCopy(), 0);
        expect(open(opener, bad)).toBe(format.BAD_RECORD_MAC);
        expect(open(opener, good)).toMatchObject({ type: 23 });
      }),
      { numRuns: 100 },
    );
  });

  test("records without a type, too short and too long are told apart", () => {
    const opener = new RecordOpener(space, suite, secretCopy(), 0);
    for (const length of [0, 15, 16])
      expect(open(opener, Buffer.concat([Buffer.from([23, 3, 3, 0, length]), Buffer.alloc(length)]))).toBe(
        format.BAD_RECORD_MAC,
      );
    expect(open(opener, sealedByNode(suite, secret, 0, Buffer.alloc(100)))).toBe(format.UNEXPECTED_MESSAGE);
    const long = Buffer.concat([Buffer.alloc(format.MAX_CONTENT_BYTES + 1, 1), Buffer.from([23])]);
    expect(open(opener, sealedByNode(suite, secret, 1, long))).toBe(format.RECORD_OVERFLOW);
  });

  test("keys change, and what is forgotten is gone", () => {
    const [sealer, opener] = [
      new RecordSealer(space, suite, secretCopy(), 0),
      new RecordOpener(space, suite, secretCopy(), 0),
    ];
    const first = Buffer.from(sealer.key.key);
    const records = [0, 1, 2].map((round) => {
      if (round > 0) sealer.update();
      space.bytes[space.sealAt + 5] = round;
      return Buffer.from(space.bytes.subarray(space.sealAt, sealer.seal(space.sealAt, 1, 23)));
    });
    for (const [round, record] of records.entries()) {
      if (round > 0) expect(open(opener, record)).toBe(format.BAD_RECORD_MAC);
      if (round > 0) opener.update();
      expect(open(opener, record)).toEqual({ type: 23, content: Buffer.from([round]) });
    }
    expect(sealer.key.key.equals(first)).toBe(false);
    const { key } = sealer;
    sealer.forget();
    expect([...key.key, ...key.iv].every((byte) => byte === 0)).toBe(true);
  });
});

test("sealed records are counted however their bytes are cut", () => {
  const record = (type: number, length: number): Buffer =>
    Buffer.concat([Buffer.from([type, 3, 3, length >> 8, length & 255]), Buffer.alloc(length, 23)]);
  const stream = Buffer.concat([record(22, 300), record(20, 1), record(23, 0), record(23, 700), record(23, 5)]);
  fc.assert(
    fc.property(fc.array(fc.nat({ max: stream.length })), (cuts) => {
      const counter = new format.RecordCounter();
      const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
      for (let part = 1; part < places.length; part += 1) counter.take(stream.subarray(places[part - 1], places[part]));
      expect([counter.sealed, counter.isBetween]).toEqual([3, true]);
      counter.take(stream.subarray(0, 7));
      expect(counter.isBetween).toBe(false);
    }),
  );
});

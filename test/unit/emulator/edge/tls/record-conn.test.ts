// What a client may send in its records, what it may not, and what it gets.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SUITES } from "../../../../../src/emulator/edge/tls/key-schedule.ts";
import { MAX_SEALED_RECORDS } from "../../../../../src/emulator/edge/tls/record-layer.ts";
import { type RecordRig, recordRig, type RecordRigOptions } from "../../../../support/record-rig.ts";

const [ALERT, HANDSHAKE, DATA] = [21, 22, 23];
const CLOSE_NOTIFY = Buffer.from([1, 0]);
const KEY_UPDATE = Buffer.from([24, 0, 0, 1, 0]);
const KEY_UPDATE_ASKED = Buffer.from([24, 0, 0, 1, 1]);
/** Runs what was put off. */
const settled = (): Promise<void> => new Promise((resolve) => queueMicrotask(() => queueMicrotask(resolve)));

async function open(options?: RecordRigOptions): Promise<RecordRig> {
  const rig = await recordRig(options);
  await settled();
  return rig;
}

/** Texts of the records that the client got, all of them data. */
function texts(rig: RecordRig): string[] {
  return rig.received().map(({ type, content }) => {
    expect(type).toBe(DATA);
    return content.toString("latin1");
  });
}

test("a head and its body are one record in one write, and what is longer takes as few as can be", async () => {
  const rig = await open();
  const body = Buffer.from("0123456789".repeat(20_000));
  expect(rig.conn.writeTextAndBytes("h\u00e9ad ", body, 1, 4)).toBe(true);
  expect(rig.lower.writes).toHaveLength(1);
  expect(texts(rig)).toEqual(["h\u00e9ad 123"]);
  rig.conn.writeBytes(body, 0, 65_536);
  expect(rig.lower.writes).toHaveLength(1);
  expect(texts(rig).map(({ length }) => length)).toEqual([16_384, 16_384, 16_384, 16_384]);
  rig.conn.writeBytes(body, 7, 7);
  rig.conn.writeText("");
  expect(rig.lower.writes).toHaveLength(0);
});

describe.each([...SUITES.keys()])("%s", (suite) => {
  test("any text and bytes come as they are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(70_000), fc.nat(70_000), fc.nat(9), async (textBytes, bodyBytes, start) => {
        const rig = await open({ suite });
        const text = "t\u00ff".repeat(textBytes).slice(0, textBytes);
        const body = Buffer.alloc(start + bodyBytes, "b0123456789");
        rig.conn.writeTextAndBytes(text, body, start, body.length);
        expect(texts(rig).join("") === text + body.toString("latin1", start)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test("records are opened however the stream is cut, wherever reading pauses", async () => {
    const piece = fc.record({ size: fc.nat(5_000), padding: fc.nat(50) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(40_000), { maxLength: 12 }),
        fc.array(fc.nat(8), { maxLength: 4 }),
        async (pieces, cuts, pauses) => {
          const rig = await open({ suite });
          const wanted = pieces.map(({ size }, at) => String(at % 10).repeat(size));
          const stream = Buffer.concat(wanted.map((text, at) => rig.seal(DATA, text, pieces[at]!.padding)));
          rig.ear.heard = () => {
            if (pauses.includes(rig.ear.pieces)) rig.conn.pause();
          };
          const places = [0, ...cuts.map((cut) => cut % stream.length).toSorted((a, b) => a - b), stream.length];
          for (let part = 1; part < places.length; part += 1) {
            rig.hear(stream.subarray(places[part - 1], places[part]));
            rig.conn.resume();
            await settled();
          }
          for (const _pause of pauses) {
            rig.conn.resume();
            await settled();
          }
          expect(rig.ear.text === wanted.join("")).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });
});

test("what came behind the handshake is heard first, and an end after it", async () => {
  const rig = await open({
    held: (seal) => Buffer.concat([seal(DATA, "GET /"), seal(DATA, " HTTP/1.1")]),
    ended: true,
  });
  expect([rig.ear.text, rig.ear.pieces, rig.ear.ends]).toEqual(["GET / HTTP/1.1", 2, 1]);
});

test("while nobody reads, records wait sealed, and the lower connection is not read", async () => {
  const rig = await open();
  rig.ear.heard = () => rig.conn.pause();
  rig.hear(rig.seal(DATA, "one"), rig.seal(DATA, "two"), rig.seal(ALERT, CLOSE_NOTIFY));
  await settled();
  expect([rig.ear.text, rig.ear.ends, rig.lower.calls.at(-1)]).toEqual(["one", 0, "pause"]);
  rig.ear.heard = undefined;
  rig.conn.resume();
  await settled();
  expect([rig.ear.text, rig.ear.ends, rig.lower.calls.at(-1)]).toEqual(["onetwo", 1, "resume"]);
  // The end in TCP is still to come, whoever pauses.
  rig.conn.pause();
  expect(rig.lower.calls.at(-1)).toBe("resume");
});

test("pressure below is pressure above", async () => {
  const rig = await open();
  rig.lower.isPressed = true;
  rig.lower.hasUnsent = true;
  expect(rig.conn.writeText("x")).toBe(false);
  expect([rig.conn.isPressed, rig.conn.hasUnsent]).toEqual([true, true]);
  rig.conn.onDrain();
  expect(rig.ear.drains).toBe(1);
});

describe("ends", () => {
  test("ours is said in TLS before it is in TCP, and nothing follows it", async () => {
    const rig = await open();
    rig.conn.writeText("last");
    rig.conn.end();
    rig.conn.end();
    rig.conn.writeText("too late");
    expect(rig.received()).toEqual([
      { type: DATA, content: Buffer.from("last") },
      { type: ALERT, content: CLOSE_NOTIFY },
    ]);
    expect(rig.lower.calls.filter((call) => call !== "resume")).toEqual(["end"]);
  });

  test("the client's is told once, and what follows it is not heard", async () => {
    const rig = await open();
    rig.hear(rig.seal(DATA, "bye"), rig.seal(ALERT, CLOSE_NOTIFY), rig.seal(DATA, "more"));
    rig.hear(rig.seal(DATA, "still more"));
    rig.conn.onEnd();
    expect([rig.ear.text, rig.ear.ends, rig.ear.closes]).toEqual(["bye", 1, 0]);
    rig.conn.writeText("you too");
    expect(texts(rig)).toEqual(["you too"]);
  });

  test("when both are said, a client that keeps TCP open is left, and the listener hears of it", async () => {
    const rig = await open();
    rig.hear(rig.seal(ALERT, CLOSE_NOTIFY));
    rig.conn.end();
    expect(rig.lower.calls.at(-1)).toBe("destroy");
    expect(rig.ear.closes).toBe(0);
    await settled();
    expect(rig.ear.closes).toBe(1);
  });

  test("TCP's own end counts between two records, and within one the connection is lost", async () => {
    const whole = await open();
    whole.conn.onEnd();
    expect([whole.ear.ends, whole.ear.closes]).toEqual([1, 0]);
    const cut = await open();
    cut.hear(cut.seal(DATA, "half").subarray(0, 20));
    cut.conn.onEnd();
    await settled();
    expect([cut.ear.text, cut.ear.ends, cut.ear.closes]).toEqual(["", 0, 1]);
  });

  test("destroy and abort say nothing, and nothing is heard afterwards", async () => {
    for (const how of ["destroy", "abort"] as const) {
      const rig = await open();
      rig.conn[how]();
      rig.hear(rig.seal(DATA, "unheard"));
      rig.conn.writeText("unsaid");
      rig.conn.onClose();
      await settled();
      expect([rig.ear.text, rig.ear.closes, rig.lower.writes.length]).toEqual(["", 0, 0]);
      expect(rig.lower.calls.at(-1)).toBe("destroy");
    }
  });

  test("a close below is a close above", async () => {
    const rig = await open();
    rig.conn.onClose();
    rig.conn.onClose();
    rig.conn.writeText("to nobody");
    expect([rig.ear.closes, rig.lower.writes.length]).toEqual([1, 0]);
  });
});

describe("keys", () => {
  test("a client's change is followed, and answered before more data where it asks for that, once for all", async () => {
    const rig = await open();
    for (const message of [KEY_UPDATE, KEY_UPDATE_ASKED, KEY_UPDATE_ASKED]) {
      rig.hear(rig.seal(HANDSHAKE, message));
      rig.update();
      rig.hear(rig.seal(DATA, "."));
    }
    expect([rig.ear.text, rig.lower.writes.length]).toEqual(["...", 0]);
    rig.conn.writeText("answer");
    rig.conn.writeText("more");
    expect(rig.received()).toEqual([
      { type: HANDSHAKE, content: KEY_UPDATE },
      { type: DATA, content: Buffer.from("answer") },
      { type: DATA, content: Buffer.from("more") },
    ]);
  });

  test("a message may come in pieces, with nothing in between", async () => {
    const rig = await open();
    rig.hear(rig.seal(HANDSHAKE, KEY_UPDATE.subarray(0, 2)), rig.seal(HANDSHAKE, KEY_UPDATE.subarray(2)));
    rig.update();
    rig.hear(rig.seal(DATA, "fine"));
    expect(rig.ear.text).toBe("fine");
    rig.hear(rig.seal(HANDSHAKE, KEY_UPDATE.subarray(0, 2)), rig.seal(DATA, "between"));
    expect(rig.ear.text).toBe("fine");
    expect(rig.received()).toEqual([{ type: ALERT, content: Buffer.from([2, 10]) }]);
  });

  test("ours changes before it has sealed too much", async () => {
    const rig = await open({ sent: MAX_SEALED_RECORDS - 1 });
    for (const text of ["a", "b", "c"]) rig.conn.writeText(text);
    expect(rig.received().map(({ type }) => type)).toEqual([DATA, HANDSHAKE, DATA, DATA]);
  });
});

describe("what no client may send", () => {
  const [UNEXPECTED, BAD_MAC, OVERFLOW, ILLEGAL, DECODE] = [10, 20, 22, 47, 50];
  const times = (count: number, make: () => Buffer): Buffer => Buffer.concat(Array.from({ length: count }, make));
  const head = (...bytes: number[]): Buffer => Buffer.from(bytes);

  test.each<[string, number, (rig: RecordRig) => Buffer]>([
    ["a record that is not sealed", UNEXPECTED, () => head(21, 3, 3, 0, 2, 2, 0)],
    ["a change of ciphers after the handshake", UNEXPECTED, () => head(20, 3, 3, 0, 1, 1)],
    ["plain HTTP", UNEXPECTED, () => Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["a length beyond the greatest, before its bytes are there", OVERFLOW, () => head(23, 3, 3, 0x41, 0x01)],
    ["a record of another key", BAD_MAC, () => Buffer.concat([head(23, 3, 3, 0, 32), Buffer.alloc(32)])],
    ["an empty record without a tag", BAD_MAC, () => head(23, 3, 3, 0, 0)],
    ["a record twice", BAD_MAC, ({ seal }) => ((one) => Buffer.concat([one, one]))(seal(DATA, "good"))],
    ["a record that is only padding", UNEXPECTED, ({ seal }) => seal(0, "", 9)],
    ["a type that is none", UNEXPECTED, ({ seal }) => seal(99, "x")],
    ["a sealed change of ciphers", UNEXPECTED, ({ seal }) => seal(20, head(1))],
    ["more content than fits", OVERFLOW, ({ seal }) => seal(DATA, Buffer.alloc(16_385))],
    ["more padding than fits", OVERFLOW, ({ seal }) => seal(DATA, Buffer.alloc(16_000), 385)],
    ["an alert of another length", DECODE, ({ seal }) => seal(ALERT, head(1))],
    ["two alerts in one record", DECODE, ({ seal }) => seal(ALERT, head(1, 0, 1, 0))],
    ["an empty message", UNEXPECTED, ({ seal }) => seal(HANDSHAKE, "")],
    ["a ticket", UNEXPECTED, ({ seal }) => seal(HANDSHAKE, head(4, 0, 0, 1, 0))],
    ["a hello", UNEXPECTED, ({ seal }) => seal(HANDSHAKE, Buffer.alloc(200, 1))],
    ["a key update of another length", DECODE, ({ seal }) => seal(HANDSHAKE, head(24, 0, 0, 2, 0))],
    ["a key update that asks for something else", ILLEGAL, ({ seal }) => seal(HANDSHAKE, head(24, 0, 0, 1, 2))],
    [
      "two key updates in one record",
      UNEXPECTED,
      ({ seal }) =>
        seal(
          HANDSHAKE,
          times(2, () => KEY_UPDATE),
        ),
    ],
    ["empty records without end", UNEXPECTED, ({ seal }) => times(33, () => seal(DATA, ""))],
    [
      "key updates without end",
      UNEXPECTED,
      ({ seal, update }) =>
        times(33, () => {
          const record = seal(HANDSHAKE, KEY_UPDATE_ASKED);
          update();
          return record;
        }),
    ],
  ])("%s", async (_what, alert, make) => {
    const rig = await open();
    rig.hear(rig.seal(DATA, "before "));
    const bytes = make(rig);
    rig.hear(bytes);
    expect(rig.lower.calls.at(-1)).toBe("destroy");
    rig.hear(rig.seal(DATA, "after"));
    await settled();
    expect(rig.received().at(-1)).toEqual({ type: ALERT, content: Buffer.from([2, alert]) });
    expect(rig.ear.text.startsWith("before ") && !rig.ear.text.includes("after")).toBe(true);
    expect([rig.ear.ends, rig.ear.closes]).toEqual([0, 1]);
  });

  test("but empty records between data, padding up to the end, and word that it cancels", async () => {
    const rig = await open();
    for (let round = 0; round < 40; round += 1) rig.hear(rig.seal(DATA, ""), rig.seal(DATA, "."));
    rig.hear(rig.seal(DATA, "x", 16_383), rig.seal(ALERT, head(1, 90)), rig.seal(ALERT, CLOSE_NOTIFY));
    expect([rig.ear.text.length, rig.ear.ends, rig.received().length]).toEqual([41, 1, 0]);
  });

  test("a fatal alert of the client's is a close, and not answered", async () => {
    const rig = await open();
    rig.hear(rig.seal(ALERT, head(2, 42)));
    await settled();
    expect([rig.ear.ends, rig.ear.closes, rig.lower.writes.length]).toEqual([0, 1, 0]);
  });
});

import { decode, encode, type DecodedPacket } from "dns-packet";
import * as fc from "fast-check";
import { describe, test } from "vitest";
import { parseQuery, type Query, renderAnswer, renderFailure } from "../../../../src/emulator/dns/message.ts";

function aQuery(name: string, type: "AAAA" | "TXT" | "A" = "AAAA", extra: Parameters<typeof encode>[0] = {}): Buffer {
  return encode({ type: "query", id: 4_711, flags: 0x0100, questions: [{ name, type }], ...extra });
}

function parsed(message: Buffer): Query {
  const incoming = parseQuery(message);
  if (incoming.kind !== "query") throw new TypeError(`not a query: ${incoming.kind}`);
  return incoming.query;
}

const read = (message: Buffer): DecodedPacket & { rcode?: string } => decode(message);
const addresses = (count: number): string[] => Array.from({ length: count }, (_, n) => `fdaa:0:1:1:a7b:0:${n + 1}:2`);

describe("queries", () => {
  test("are read with their name, type and what the asker can take", ({ expect }) => {
    expect(parsed(aQuery("iad.Shop.internal"))).toMatchObject({
      id: 4_711,
      name: "iad.Shop.internal",
      type: "AAAA",
      recursionDesired: true,
      maxUdpBytes: 512,
      hasEdns: false,
    });
    const edns = {
      additionals: [{ type: "OPT", name: ".", udpPayloadSize: 4_096, flags: 0, options: [] }],
    } as unknown as Parameters<typeof encode>[0];
    expect(parsed(aQuery("shop.internal", "AAAA", edns))).toMatchObject({ maxUdpBytes: 1_232, hasEdns: true });
  });

  test.for([
    ["is empty", Buffer.alloc(0)],
    ["is shorter than a header", Buffer.alloc(11)],
    ["is an answer", encode({ type: "response", id: 1, questions: [{ name: "a.b", type: "A" }] })],
    ["is longer than any query", Buffer.alloc(4_097)],
  ] as const)("is not answered when the message %s", ([, message], { expect }) => {
    expect(parseQuery(message)).toEqual({ kind: "ignored" });
  });

  test.for([
    ["no question", encode({ type: "query", id: 1 }), "FORMERR"],
    [
      "two questions",
      encode({
        type: "query",
        id: 1,
        questions: [
          { name: "a.b", type: "A" },
          { name: "c.d", type: "A" },
        ],
      }),
      "FORMERR",
    ],
    [
      "a name that runs over the end",
      Buffer.concat([aQuery("a.b").subarray(0, 12), Buffer.from([60, 1, 2])]),
      "FORMERR",
    ],
    [
      "a name that points to itself",
      Buffer.concat([aQuery("a.b").subarray(0, 12), Buffer.from([0xc0, 12, 0, 28, 0, 1])]),
      "FORMERR",
    ],
    [
      "counts that promise 65535 records",
      Buffer.concat([aQuery("a.b").subarray(0, 10), Buffer.from([255, 255]), aQuery("a.b").subarray(12)]),
      "FORMERR",
    ],
    ["another operation", aQuery("a.b", "A", { flags: 5 << 11 }), "NOTIMP"],
  ] as const)("is refused with a code when it has %s", ([, message, rcode], { expect }) => {
    const incoming = parseQuery(message);
    expect(incoming.kind === "refused" ? read(incoming.response).rcode : incoming.kind).toBe(rcode);
  });

  test("never crash the reader, whatever the bytes", ({ expect }) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(34), fc.nat(255), (noise, at, byte) => {
        const damaged = Buffer.from(aQuery("iad.shop.internal"));
        damaged[at] = byte;
        for (const message of [Buffer.from(noise), damaged]) {
          const incoming = parseQuery(message);
          expect(["query", "refused", "ignored"]).toContain(incoming.kind);
          if (incoming.kind === "query")
            expect(renderFailure(incoming.query).length).toBeLessThanOrEqual(message.length);
        }
      }),
    );
  });
});

describe("answers", () => {
  test("repeat the question as it came and carry the records for five seconds", ({ expect }) => {
    const packet = read(
      renderAnswer(parsed(aQuery("ShOp.internal")), { kind: "records", type: "AAAA", values: addresses(2) }, 512),
    );
    expect(packet).toMatchObject({
      id: 4_711,
      type: "response",
      flag_aa: true,
      flag_tc: false,
      flag_rd: true,
      flag_ra: true,
      rcode: "NOERROR",
    });
    expect(packet.questions).toMatchObject([{ name: "ShOp.internal", type: "AAAA" }]);
    expect(packet.answers).toMatchObject(
      addresses(2).map((data) => ({ name: "ShOp.internal", type: "AAAA", ttl: 5, data })),
    );
  });

  test("say when a name does not exist, has nothing of the type, or could not be asked for", ({ expect }) => {
    const query = parsed(aQuery("shop.internal"));
    expect(read(renderAnswer(query, { kind: "no-such-name" }, 512))).toMatchObject({ rcode: "NXDOMAIN", answers: [] });
    expect(read(renderAnswer(query, { kind: "empty" }, 512))).toMatchObject({ rcode: "NOERROR", answers: [] });
    expect(read(renderFailure(query))).toMatchObject({ rcode: "SERVFAIL", id: 4_711 });
  });

  test("that are too long are cut at a whole record and say so", ({ expect }) => {
    const query = parsed(aQuery("shop.internal"));
    const cut = renderAnswer(query, { kind: "records", type: "AAAA", values: addresses(40) }, 512);
    expect(cut.length).toBeLessThanOrEqual(512);
    const packet = read(cut);
    expect(packet.flag_tc).toBe(true);
    expect(packet.answers).toHaveLength(17);
    const whole = read(renderAnswer(query, { kind: "records", type: "AAAA", values: addresses(40) }, 65_535));
    expect([whole.flag_tc, whole.answers?.length]).toEqual([false, 40]);
  });

  test("split long texts into strings of 255 bytes", ({ expect }) => {
    const value = "m1 iad,".repeat(100);
    const packet = read(
      renderAnswer(
        parsed(aQuery("vms.shop.internal", "TXT")),
        { kind: "records", type: "TXT", values: [value] },
        65_535,
      ),
    );
    const [record] = packet.answers as unknown as { data: Buffer[] }[];
    expect(record!.data.map(({ length }) => length)).toEqual([255, 255, 190]);
    expect(Buffer.concat(record!.data).toString()).toBe(value);
  });

  test("to askers with EDNS have it too", ({ expect }) => {
    const edns = {
      additionals: [{ type: "OPT", name: ".", udpPayloadSize: 1_400, flags: 0, options: [] }],
    } as unknown as Parameters<typeof encode>[0];
    const packet = read(
      renderAnswer(
        parsed(aQuery("shop.internal", "AAAA", edns)),
        { kind: "records", type: "AAAA", values: addresses(40) },
        1_232,
      ),
    );
    expect(packet.additionals).toMatchObject([{ type: "OPT", udpPayloadSize: 1_232 }]);
  });
});

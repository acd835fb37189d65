// The keys of the handshake that RFC 8448 §3 prints, and the last records of its two sides.
import { expect, test } from "vitest";
import { nextSecretOf, SUITES, trafficKeyOf, writeNonce } from "../../../../../src/emulator/edge/tls/key-schedule.ts";
import { RecordSealer } from "../../../../../src/emulator/edge/tls/record-layer.ts";
import { loadRecordSpace } from "../../../../../src/emulator/edge/tls/openssl-space.ts";

const suite = SUITES.get("TLS_AES_128_GCM_SHA256")!;
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const CLOSE_NOTIFY = [1, 0];
const ALERT = 21;

const SIDES = {
  server: {
    secret: "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
    key: "9f02283b6c9c07efc26bb9f2ac92e356",
    iv: "cf782b88dd83549aadf1e984",
    records: 2,
    last: "1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9",
  },
  client: {
    secret: "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5",
    key: "17422dda596ed5d9acd890e3c63f5051",
    iv: "5b78923dee08579033e523d9",
    records: 1,
    last: "1703030013c9872760655666b74d7ff1153efd6db6d0b0e3",
  },
};

test.each(["server", "client"] as const)(
  "a %s's secret yields the keys of the RFC, and these its last record",
  async (name) => {
    const side = SIDES[name];
    const { key, iv } = trafficKeyOf(hex(side.secret), suite);
    expect([key.toString("hex"), iv.toString("hex")]).toEqual([side.key, side.iv]);
    const space = await loadRecordSpace();
    space.bytes.set(CLOSE_NOTIFY, space.sealAt + 5);
    const end = new RecordSealer(space, suite, hex(side.secret), side.records).seal(space.sealAt, 2, ALERT);
    expect(space.bytes.toString("hex", space.sealAt, end)).toBe(side.last);
  },
);

test("a key of SHA-384 is as long as its suite says, and the next secret is another one of the same length", () => {
  const aes256 = SUITES.get("TLS_AES_256_GCM_SHA384")!;
  const secret = Buffer.alloc(48, 7);
  expect(trafficKeyOf(secret, aes256).key).toHaveLength(32);
  const next = nextSecretOf(secret, aes256);
  expect(next).toHaveLength(48);
  expect(next.equals(secret)).toBe(false);
});

test.each([0, 1, 255, 256, 2 ** 24, 2 ** 32 + 5, 2 ** 52])("record %d has its number in the nonce", (sequence) => {
  const iv = Buffer.alloc(12, 0xa5);
  const expected = Buffer.alloc(12);
  expected.writeBigUInt64BE(BigInt(sequence), 4);
  for (let place = 0; place < 12; place += 1) expected[place]! ^= 0xa5;
  const made = Buffer.alloc(14);
  writeNonce(made, 1, iv, sequence);
  expect(made.subarray(1, 13).equals(expected)).toBe(true);
  expect([made[0], made[13]]).toEqual([0, 0]);
});

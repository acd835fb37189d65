// The examples of RFC 7541, appendix C, and what is no header block.
import { describe, expect, test } from "vitest";
import { HeaderList, HpackDecoder, MAX_LIST_BYTES } from "../../../../../../src/emulator/edge/http2/hpack/decoder.ts";
import { integer } from "../../../../../support/raw-http2.ts";

type Pairs = readonly (readonly [string, string])[];
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ""), "hex");

/** Decodes blocks of one session. @returns the fields of each, or undefined where it is none */
function decodeAll(blocks: readonly Buffer[]): (Pairs | undefined)[] {
  const decoder = new HpackDecoder();
  return blocks.map((block) => {
    const list = new HeaderList();
    // In the middle of other bytes, as it comes.
    const bytes = Buffer.concat([Buffer.from([0x82]), block, Buffer.from([0x82])]);
    if (!decoder.decode(bytes, 1, 1 + block.length, list)) return undefined;
    return list.fields.map(({ name, value }) => [name, value] as const);
  });
}
const decode = (block: Buffer): Pairs | undefined => decodeAll([block])[0];

const REQUESTS: readonly Pairs[] = [
  [
    [":method", "GET"],
    [":scheme", "http"],
    [":path", "/"],
    [":authority", "www.example.com"],
  ],
  [
    [":method", "GET"],
    [":scheme", "http"],
    [":path", "/"],
    [":authority", "www.example.com"],
    ["cache-control", "no-cache"],
  ],
  [
    [":method", "GET"],
    [":scheme", "https"],
    [":path", "/index.html"],
    [":authority", "www.example.com"],
    ["custom-key", "custom-value"],
  ],
];
const COOKIE = "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";
const response = (status: string, date: string, ...more: Pairs): Pairs => [
  [":status", status],
  ["cache-control", "private"],
  ["date", `Mon, 21 Oct 2013 20:13:${date} GMT`],
  ["location", "https://www.example.com"],
  ...more,
];
const RESPONSES: readonly Pairs[] = [
  response("302", "21"),
  response("307", "21"),
  response("200", "22", ["content-encoding", "gzip"], ["set-cookie", COOKIE]),
];
/** The table of these examples has 256 bytes. */
const SMALL_TABLE = "3fe101";

describe("the examples of the RFC", () => {
  test.each<[string, string, Pairs]>([
    ["C.2.1", "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572", [["custom-key", "custom-header"]]],
    ["C.2.2", "040c 2f73 616d 706c 652f 7061 7468", [[":path", "/sample/path"]]],
    ["C.2.3", "1008 7061 7373 776f 7264 0673 6563 7265 74", [["password", "secret"]]],
    ["C.2.4", "82", [[":method", "GET"]]],
  ])("%s", (_name, block, fields) => {
    expect(decode(hex(block))).toEqual(fields);
  });

  test.each([
    [
      "C.3",
      [
        "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "8286 84be 5808 6e6f 2d63 6163 6865",
        "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
      ],
      REQUESTS,
    ],
    [
      "C.4",
      [
        "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
        "8286 84be 5886 a8eb 1064 9cbf",
        "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
      ],
      REQUESTS,
    ],
    [
      "C.5",
      [
        `${SMALL_TABLE} 4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133
         3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
        "4803 3330 37c1 c0bf",
        `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f
         6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b
         2076 6572 7369 6f6e 3d31`,
      ],
      RESPONSES,
    ],
    [
      "C.6",
      [
        `${SMALL_TABLE} 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d
         29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
        "4883 640e ffc1 c0bf",
        `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335
         dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
      ],
      RESPONSES,
    ],
  ])("%s, three heads with one table", (_name, blocks, heads) => {
    expect(decodeAll(blocks.map(hex))).toEqual(heads);
  });
});

/** `x: ` and a value, kept in the table. */
const kept = (value: string): Buffer =>
  Buffer.concat([hex("40 01 78"), integer(value.length, 7), Buffer.from(value, "latin1")]);

describe("the table", () => {
  test("forgets the oldest first, and everything for a field that is larger than itself", () => {
    const values = ["a", "b", "c"].map((letter) => letter.repeat(1_500));
    const [first, gone, tooLarge, empty] = decodeAll([
      Buffer.concat([...values.map(kept), hex("be bf")]),
      hex("c0"),
      Buffer.concat([hex("be"), kept("d".repeat(4_097))]),
      hex("be"),
    ]);
    expect(first?.slice(3)).toEqual([
      ["x", values[2]],
      ["x", values[1]],
    ]);
    expect(gone).toBeUndefined();
    expect(tooLarge?.[0]).toEqual(["x", values[2]]);
    expect(empty).toBeUndefined();
  });

  test("is as small as the client says, and large again", () => {
    const [, small, again] = decodeAll([kept("1"), Buffer.concat([hex("20 3fe11f"), kept("2")]), hex("be bf")]);
    expect(small).toEqual([["x", "2"]]);
    expect(again).toBeUndefined();
  });

  test("keeps what is in it while the list is too large", () => {
    const decoder = new HpackDecoder();
    const [list, next] = [new HeaderList(), new HeaderList()];
    const block = Buffer.concat([kept("y".repeat(4_000)), Buffer.alloc(20_000, 0xbe)]);
    expect(decoder.decode(block, 0, block.length, list)).toBe(true);
    expect(list.tooLarge).toBe(true);
    expect(list.fields.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(MAX_LIST_BYTES);
    expect(decoder.decode(hex("be"), 0, 1, next)).toBe(true);
    expect(next.fields[0]?.value).toHaveLength(4_000);
  });
});

describe("what is no block", () => {
  test.each([
    ["index 0", "80"],
    ["an index beyond both tables", "be"],
    ["a name beyond both tables", "7f00 01 61"],
    ["an index that does not end", "ff"],
    ["a number of too many bytes", "ff 80 80 80 80 80 01"],
    ["a number beyond everything", "ff ff ff ff ff 7f"],
    ["a name that is cut", "40 05 61 62"],
    ["no value", "40 01 61"],
    ["a value that is cut", "40 01 61 7f 00 62"],
    ["a table larger than was agreed", "3fe21f"],
    ["a table's size behind a field", "82 20"],
    ["a size that is cut", "3f"],
    ["a code with a byte of padding", "00 01 61 82 1f ff"],
    ["a code with zeros for padding", "00 01 61 81 18"],
    ["a code with the end mark", "00 01 61 84 ff ff ff ff"],
    ["a code that ends within a byte's", "00 01 61 81 fe"],
  ])("%s", (_name, block) => {
    expect(decode(hex(block))).toBeUndefined();
  });

  test("a block that ends with padding of ones alone is one", () => {
    expect(decode(hex("00 01 61 81 1f"))).toEqual([["a", "a"]]);
  });
});

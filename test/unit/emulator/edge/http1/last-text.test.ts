import { array, assert, constantFrom, property, uint8Array } from "fast-check";
import { expect, test } from "vitest";
import { LastText } from "../../../../../src/emulator/edge/http1/last-text.ts";

test("is the text of the bytes, whatever was asked for before", () => {
  const values = [
    "",
    "a",
    "b",
    "gzip, br",
    "gzip, bR",
    "x".repeat(64),
    "x".repeat(65),
    "y".repeat(500),
    "\u00FF\u0000",
  ];
  assert(
    property(array(constantFrom(...values)), uint8Array({ maxLength: 80 }), (asked, before) => {
      const last = new LastText();
      for (const text of asked) {
        const bytes = Buffer.concat([before, Buffer.from(text, "latin1"), before]);
        expect(last.of(bytes, before.length, before.length + text.length)).toBe(text);
      }
    }),
  );
});

test("of bytes that have changed in their place is not the old one", () => {
  const last = new LastText();
  const bytes = Buffer.from("one");
  expect(last.of(bytes, 0, 3)).toBe("one");
  bytes.write("two");
  expect(last.of(bytes, 0, 3)).toBe("two");
});

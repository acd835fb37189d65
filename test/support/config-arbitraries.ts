// Texts for fuzzing: noise, pieces of configurations in any order, and real ones with bytes changed.
import { type Arbitrary, array, constantFrom, integer, oneof, string, tuple, uint8Array } from "fast-check";
import { CONFIG_SAMPLES } from "./config-samples.ts";

const SAMPLES = Object.values(CONFIG_SAMPLES);
const LINES = [...new Set(SAMPLES.flatMap((text) => text.split("\n")))];
const PIECES = [
  "[",
  "]",
  "[[",
  "]]",
  "{",
  "}",
  "=",
  ".",
  ",",
  '"',
  "'",
  '"""',
  "'''",
  "\\",
  "#",
  "\n",
  "\r\n",
  " ",
  "\t",
  "\0",
  "__proto__",
  "env",
  "a",
  "1",
  "-",
  ":",
  "- ",
  "&a ",
  "*a",
  "? ",
  "| ",
  "!!",
];

/** A real configuration with a few bytes overwritten, put in or left out. */
const damaged = tuple(
  constantFrom(...SAMPLES),
  array(tuple(integer({ min: 0, max: 2_000 }), integer({ min: 0, max: 255 }), integer({ min: 0, max: 2 })), {
    minLength: 1,
    maxLength: 6,
  }),
).map(([text, changes]) => {
  const bytes = [...Buffer.from(text)];
  for (const [at, byte, kind] of changes)
    bytes.splice(at % bytes.length, kind === 1 ? 0 : 1, ...(kind === 2 ? [] : [byte]));
  return Buffer.from(bytes).toString("utf8");
});

/** A few pieces repeated up to thousands of times: what is slower than linear shows. */
const repeated = tuple(
  constantFrom(...PIECES),
  constantFrom(...PIECES),
  integer({ min: 1, max: 6_000 }),
  constantFrom(...LINES),
).map(([a, b, count, line]) => `${line}\n${`${a}${b}`.repeat(count)}\n${line}`);

/** Any of them. */
export const configTexts: Arbitrary<string> = oneof(
  { weight: 4, arbitrary: damaged },
  { weight: 3, arbitrary: array(constantFrom(...LINES), { maxLength: 20 }).map((lines) => lines.join("\n")) },
  { weight: 2, arbitrary: array(constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join("")) },
  { weight: 1, arbitrary: uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("utf8")) },
  { weight: 1, arbitrary: string({ unit: "grapheme", maxLength: 200 }) },
);

/** Long ones. */
export const longConfigTexts: Arbitrary<string> = repeated;

// Millions of damaged request heads, chunk streams and response heads: whatever the edge accepts, llhttp (the parser of
// Node.js) frames to the same byte. No crash, and memory that does not grow.
import { expect, test } from "vitest";
import { fuzzFraming, renderFigures } from "../support/framing-fuzz.ts";
import { LLHTTP_VERSION } from "../support/llhttp.ts";

const CASES_PER_KIND = 1_700_000;
/** Twice what the first tenth has needed is no leak: the heap grows in steps. */
const MOST_GROWTH = 2;

test(`${3 * CASES_PER_KIND} damaged messages are framed as llhttp ${LLHTTP_VERSION} frames them, or refused`, () => {
  const seed = Number(process.env["HANGAR_FUZZ_SEED"] ?? Date.now() % 2 ** 31);
  fuzzFraming(CASES_PER_KIND / 10, seed);
  const warmBytes = process.memoryUsage().rss;
  const beganMs = performance.now();
  const figures = fuzzFraming(CASES_PER_KIND, seed + 1);
  const seconds = Math.round((performance.now() - beganMs) / 1_000);
  const grown = process.memoryUsage().rss / warmBytes;
  process.stdout.write(
    `framing-fuzz: llhttp ${LLHTTP_VERSION}, HANGAR_FUZZ_SEED=${seed}, ${seconds} s, memory × ${grown.toFixed(2)}\n${renderFigures(figures)}\n`,
  );
  expect(Object.values(figures).flatMap(({ differences }) => differences)).toEqual([]);
  expect(grown).toBeLessThan(MOST_GROWTH);
});

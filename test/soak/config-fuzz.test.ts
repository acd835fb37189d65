// As many damaged configurations as it takes to be sure: never a crash, a hang, or a problem without code and place.
import { assert, constantFrom, property } from "fast-check";
import { expect, test } from "vitest";
import { configTexts, longConfigTexts } from "../support/config-arbitraries.ts";
import { expectSound, mutationsOf } from "../support/config-mutations.ts";
import { CONFIG_SAMPLES } from "../support/config-samples.ts";

const RUNS = 100_000;
const LONG_RUNS = 2_000;
const FILES = ["fly.toml", "fly.toml", "fly.json", "fly.yaml"];

test(`${RUNS} damaged configurations and every mutation of twenty give sound problems`, () => {
  let cases = 0;
  const check = (text: string, file: string): void => {
    cases += 1;
    expectSound(text, file);
  };
  for (const text of Object.values(CONFIG_SAMPLES))
    for (const mutation of mutationsOf(text)) check(mutation, "fly.toml");
  const mutations = cases;
  assert(property(configTexts, constantFrom(...FILES), check), { numRuns: RUNS });
  assert(property(longConfigTexts, constantFrom(...FILES), check), { numRuns: LONG_RUNS });
  process.stdout.write(`config-fuzz: ${cases} cases, ${mutations} of them mutations\n`);
  expect(cases).toBeGreaterThanOrEqual(RUNS);
});

import { assert, constantFrom, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAppConfig } from "../../../src/project/parse-app-config.ts";
import { configTexts, longConfigTexts } from "../../support/config-arbitraries.ts";
import { expectSound, mutationsOf } from "../../support/config-mutations.ts";
import { CONFIG_SAMPLES } from "../../support/config-samples.ts";

const FILES = ["fly.toml", "fly.json", "fly.yaml"];

describe("twenty configurations", () => {
  test.each(Object.entries(CONFIG_SAMPLES))("%s has no problems worth an error", (_, text) => {
    expect(parseAppConfig(text, "fly.toml").problems.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  test.each(Object.entries(CONFIG_SAMPLES))(
    "%s, with each key deleted, retyped, misspelt and doubled, gives sound problems",
    (_, text) => {
      const mutations = mutationsOf(text);
      expect(mutations.length).toBeGreaterThan(50);
      for (const mutation of mutations) expectSound(mutation);
    },
    30_000,
  );
});

describe("noise", () => {
  test("gives sound problems in every format", () => {
    assert(
      property(configTexts, constantFrom(...FILES), (text, file) => expectSound(text, file)),
      { numRuns: 3_000 },
    );
  }, 60_000);

  test("gives them fast where it is long and repetitive", () => {
    assert(
      property(longConfigTexts, constantFrom(...FILES), (text, file) => expectSound(text, file)),
      { numRuns: 200 },
    );
  }, 60_000);
});

// The short form of test/soak/framing-fuzz.test.ts.
import { expect, test } from "vitest";
import { fuzzFraming } from "../../../../support/framing-fuzz.ts";

const CASES_PER_KIND = 30_000;

test("what we accept ends for llhttp at the same byte, with the same body", () => {
  const figures = Object.values(fuzzFraming(CASES_PER_KIND, 1));
  for (const { differences, compared } of figures) {
    expect(differences).toEqual([]);
    // Otherwise the mutations are too wild to prove anything.
    expect(compared).toBeGreaterThan(CASES_PER_KIND / 20);
  }
});

import { describe, expect, test } from "vitest";
import { renderErrorsPage } from "../../scripts/generate/errors-page.ts";
import { CATALOGUE, type CatalogueEntry } from "../../src/errors/catalogue.ts";
import { filesOf, textOf } from "./source-files.ts";

const entries = Object.entries<CatalogueEntry>(CATALOGUE);

describe("error catalogue", () => {
  test("docs/errors.md is what the catalogue says", () => {
    expect(textOf("docs/errors.md")).toBe(renderErrorsPage());
  });

  test.each(entries)("%s has a code, statuses and a meaning in the house's form", (code, entry) => {
    expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
    expect(entry.status).toBeGreaterThanOrEqual(400);
    expect(entry.status).toBeLessThan(600);
    expect(entry.exit).toBeGreaterThan(0);
    expect(entry.exit).toBeLessThan(256);
    expect(entry.meaning).toMatch(/\.$/);
  });

  test("faults of the machine and bugs end with the statuses of sysexits", () => {
    const exits = entries.filter(([, entry]) => entry.kind === "bug").map(([, entry]) => entry.exit);
    expect(exits).toEqual([70]);
  });

  test("every code is used", () => {
    const sources = [...filesOf("src/**/*.{ts,tsx}", "bin/*.js")]
      .filter((file) => file !== "src/errors/catalogue.ts")
      .map(textOf)
      .join("\n");
    expect(entries.map(([code]) => code).filter((code) => !sources.includes(`"${code}"`))).toEqual([]);
  });
});

// The table of statements is honest: what it calls true has a test that names the statement.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readStatements } from "../../scripts/generate/statements-table.ts";

const root = path.join(import.meta.dirname, "..", "..");
const statements = readStatements(root);
const tests = readdirSync(path.join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((file) => /\.test\.tsx?$/.test(file) && !file.endsWith("statements.test.ts"))
  .map((file) => readFileSync(path.join(root, "test", file), "utf8"));
/** IDs in the names of tests and groups. */
const named = new Set(
  tests
    .flatMap((text) => [...text.matchAll(/(?:test|describe|\))[^"`\n]*\(\s*["`]([^"`]*)/g)])
    .flatMap(([, name = ""]) => name.match(/\b[A-Z]{2}-\d{2}\b/g) ?? []),
);

describe("the statements of the edge", () => {
  test("are numbered without gaps in each group", () => {
    const groups = Map.groupBy(statements, ({ id }) => id.slice(0, 2));
    expect([...groups.keys()]).toEqual(["PX", "LB", "ER", "AS", "RP", "RC", "HD", "HR", "PH", "CE", "ST", "SS"]);
    for (const [group, members] of groups)
      expect(members.map(({ id }) => id)).toEqual(
        members.map((_, index) => `${group}-${String(index + 1).padStart(2, "0")}`),
      );
  });

  test("that are called true have a test that names them", () => {
    const missing = statements.filter(({ id, state }) => state === "true" && !named.has(id)).map(({ id }) => id);
    expect(missing).toEqual([]);
  });

  test("that are not true say why", () => {
    for (const { id, state, why } of statements)
      expect({ id, hasWhy: why !== undefined }).toEqual({ id, hasWhy: state !== "true" });
  });
});

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { configJsonSchema, type JsonSchema } from "../../../src/project/json-schema.ts";

const root = path.join(import.meta.dirname, "../../..");
/** What the community's schema of the same file says of each key: its types, and the words that it lists. */
const COMMUNITY = JSON.parse(
  readFileSync(path.join(root, "test/fixtures/config/community-schema.json"), "utf8"),
) as Record<string, { types?: string[]; words?: (string | number)[] }>;
const PAGE = readFileSync(path.join(root, "docs/config-schema.md"), "utf8");

interface Facts {
  readonly types: Set<string>;
  words: Set<string | number> | undefined;
}

/** All keys of a schema with their types; lists and alternatives are looked through. */
function factsOf(schema: JsonSchema, at = "", found = new Map<string, Facts>()): Map<string, Facts> {
  const fact = found.get(at) ?? { types: new Set<string>(), words: undefined };
  found.set(at, fact);
  for (const type of [schema["type"]].flat()) if (typeof type === "string") fact.types.add(type);
  if (schema["enum"] !== undefined) fact.words = new Set([...(fact.words ?? []), ...(schema["enum"] as string[])]);
  const inner = (name: string): string => (at === "" ? name : `${at}.${name}`);
  for (const [name, property] of Object.entries((schema["properties"] ?? {}) as Record<string, JsonSchema>))
    factsOf(property, inner(name), found);
  for (const option of (schema["anyOf"] ?? []) as JsonSchema[]) factsOf(option, at, found);
  const items = schema["items"] as JsonSchema | undefined;
  for (const [name, property] of Object.entries((items?.["properties"] ?? {}) as Record<string, JsonSchema>))
    factsOf(property, inner(name), found);
  if (items !== undefined) for (const option of (items["anyOf"] ?? []) as JsonSchema[]) factsOf(option, at, found);
  if (schema["additionalProperties"] !== undefined)
    factsOf(schema["additionalProperties"] as JsonSchema, inner("*"), found);
  return found;
}

describe("the JSON Schema of the configuration", () => {
  const ours = factsOf(configJsonSchema());

  test("has every key of the community's schema that the page does not explain away", () => {
    const missing = Object.keys(COMMUNITY).filter((key) => !ours.has(key));
    expect(missing.filter((key) => key !== "http_checks" && !key.startsWith("http_checks."))).toEqual([]);
    expect(PAGE).toContain("`http_checks`");
  });

  test("takes every type and word that the community's schema takes, or the page says why not", () => {
    const differences = Object.entries(COMMUNITY).flatMap(([key, { types = [], words = [] }]) => {
      const own = ours.get(key);
      if (own === undefined || own.types.size === 0) return [];
      const accepts = (type: string): boolean => own.types.has(type) || (type === "integer" && own.types.has("number"));
      const listed = own.words;
      return [
        ...types.filter((type) => !accepts(type)).map((type) => `${key}: ${type}`),
        ...words.filter((word) => listed !== undefined && !listed.has(word)).map((word) => `${key}: ${word}`),
      ];
    });
    expect(differences.filter((difference) => !PAGE.includes(`\`${difference}\``))).toEqual([]);
  });

  test("is the file that is shipped", () => {
    const shipped = readFileSync(path.join(root, "schema/fly-toml.schema.json"), "utf8");
    expect(JSON.parse(shipped)).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
  });
});

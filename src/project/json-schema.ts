// The description of all keys as a JSON Schema, for editors.
import type { Key, Kind, TableKind } from "./schema/kinds.ts";
import { CONFIG } from "./schema/top-level.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema of a configuration file. */
export function configJsonSchema(): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Configuration of an app (fly.toml)",
    ...tableSchema(CONFIG),
  };
}

function keySchema({ kind, summary, default: byDefault, retired }: Key): JsonSchema {
  return {
    description: byDefault === undefined ? summary : `${summary}. Default: ${byDefault}`,
    ...(retired === undefined ? {} : { deprecated: true }),
    ...kindSchema(kind),
  };
}

function tableSchema({ keys, rest }: TableKind): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [name, key] of Object.entries(keys)) {
    for (const alias of key.aliases ?? []) properties[alias] = { ...keySchema(key), deprecated: true };
    properties[name] = keySchema(key);
  }
  return {
    type: "object",
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(rest === undefined ? {} : { additionalProperties: kindSchema(rest) }),
  };
}

const either = (...options: readonly JsonSchema[]): JsonSchema => ({ anyOf: options });
const TEXT = { type: "string" };
const TEXTS = { type: "array", items: TEXT };

function kindSchema(kind: Kind): JsonSchema {
  switch (kind.type) {
    case "text":
      return textSchema(kind);
    case "flag":
      return { type: "boolean" };
    case "integer": {
      const number = { type: "integer", minimum: kind.min, ...(kind.max === undefined ? {} : { maximum: kind.max }) };
      return kind.asText === true ? either(number, { type: "string", pattern: "^[0-9]+$" }) : number;
    }
    case "number":
      return { type: "number", exclusiveMinimum: kind.above };
    case "duration":
      return either(TEXT, { type: "number", minimum: 0 });
    case "memory":
    case "disk":
      return kind.portable === "any" ? either(TEXT, { type: "integer", minimum: 0 }) : TEXT;
    case "texts":
      return kind.one === "portable" ? either(TEXT, TEXTS) : TEXTS;
    case "scalar":
      return { type: ["string", "number", "boolean"] };
    case "table":
      return tableSchema(kind);
    case "tables": {
      const list = { type: "array", items: tableSchema(kind.item) };
      return kind.single === "portable" ? either(tableSchema(kind.item), list) : list;
    }
    case "named":
      return either(
        { type: "object", additionalProperties: tableSchema(kind.item) },
        { type: "array", items: tableSchema(kind.item) },
      );
    case "union":
      return either(...kind.of.map(kindSchema));
    default:
      return {};
  }
}

function textSchema(kind: Extract<Kind, { type: "text" }>): JsonSchema {
  if (kind.pattern !== undefined) return { type: "string", pattern: kind.pattern.source };
  if (kind.words === undefined || kind.unlisted === "warning") return TEXT;
  return { type: "string", enum: kind.empty === "absent" ? [...kind.words, ""] : kind.words };
}

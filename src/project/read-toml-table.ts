import parseString from "@iarna/toml/parse-string.js";
import type { Table } from "./values.ts";

/** The table that a TOML file of somebody else's tool holds; undefined where it is broken, because that is for its tool to say. */
export function readTomlTable(text: string): Table | undefined {
  try {
    return parseString(text);
  } catch {
    return undefined;
  }
}

import parseString from "@iarna/toml/parse-string.js";
import type { RawTable } from "./read-value.ts";

/** The table that a TOML file of somebody else's tool holds; undefined where it is broken, because that is for its tool to say. */
export function readTomlTable(text: string): RawTable | undefined {
  try {
    return parseString(text);
  } catch {
    return undefined;
  }
}

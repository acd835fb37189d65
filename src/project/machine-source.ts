// `machine_config`: JSON that the configuration of machines starts from.
import { isTable, type Table } from "./values.ts";

/** Whether the value is the JSON itself, not the path of a file with it. */
export function isMachineConfigText(source: string): boolean {
  return source.trimStart().startsWith("{");
}

/** The table that a text in JSON holds, or undefined where it is none. */
export function parseMachineConfig(text: string): Table | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isTable(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

// Pure: values as text, and which of two machine configurations are the same.
import { CREATION_KEY } from "../../../contract/creation-key.ts";
import type { MachineConfig } from "../../../contract/machine.ts";

/** JSON with sorted keys, so that equal values give equal texts. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
}

/** Metadata that says which deploy wrote a configuration, not what the machine runs. */
const BOOKKEEPING = new Set([
  "fly_release_id",
  "fly_release_version",
  "fly_flyctl_version",
  "fly_builder_id",
  "fly_bluegreen_deployment_tag",
  "hangar_stands_for",
  "fly_flyctl_bluegreen_launch_id",
  CREATION_KEY,
]);

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** The part of a configuration that decides what runs; absent and empty are the same, as they are to the platform. */
function essence(config: MachineConfig): Record<string, unknown> {
  const metadata = Object.fromEntries(Object.entries(config.metadata ?? {}).filter(([key]) => !BOOKKEEPING.has(key)));
  return Object.fromEntries(Object.entries({ ...config, metadata }).filter(([, value]) => !isEmpty(value)));
}

/** Whether two configurations run the same thing. */
export function sameConfig(a: MachineConfig, b: MachineConfig): boolean {
  return canonical(essence(a)) === canonical(essence(b));
}

// Log entries as lines.
import type { LogEntry } from "../../contract/planet.ts";
import type { Painter } from "../output/color.ts";

/** `2026-11-22T10:00:00.123Z app[148ed599c14189] iad [info] text`, as the platform's own command prints it. */
export function renderLogEntry(entry: LogEntry, paint: Painter): string {
  const { timestamp, region, machine, stream, provider = stream === "platform" ? "runner" : "app", message } = entry;
  const level = entry.level === "error" ? paint("red", "error") : paint("cyan", entry.level ?? "info");
  return `${paint("dim", toMilliseconds(timestamp))} ${provider}[${machine}] ${paint("green", region)} [${level}] ${message}`;
}

/** Engines give nanoseconds, of which people read three digits. */
function toMilliseconds(timestamp: string): string {
  const [, whole = timestamp, fraction = "", zone = ""] = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(timestamp) ?? [];
  return `${whole}.${fraction.slice(0, 3).padEnd(3, "0")}${zone}`;
}

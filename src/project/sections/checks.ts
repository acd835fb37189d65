import type { CheckSection } from "../app-config.ts";
import {
  isTable,
  readBoolean,
  readDurationMs,
  readPort,
  readString,
  readStrings,
  readTable,
  readWord,
  show,
  type Section,
  textOf,
} from "../read-value.ts";

/** What a bare number is where the check stands: the platform's own tool differs between the places. */
type Numbers = "milliseconds" | "nanoseconds";

/** Checks of a service: all of one type, listed under `key`. */
export function readServiceCheck(section: Section, type: "tcp" | "http", numbers: Numbers): CheckSection {
  const check = readCheck(section, type, numbers);
  for (const [key, valueMs, lowestMs] of [
    ["interval", check.intervalMs, 1_000],
    ["timeout", check.timeoutMs, 1_000],
    ["grace_period", check.gracePeriodMs === 0 ? undefined : check.gracePeriodMs, 1_000],
  ] as const) {
    if (valueMs === undefined) continue;
    if (valueMs < lowestMs)
      section.report(
        "warning",
        [...section.path, key],
        `${key} is less than 1 second; the platform raises it to 1 second`,
      );
    if (valueMs > 60_000 && key !== "grace_period") {
      section.report(
        "warning",
        [...section.path, key],
        `${key} is greater than 1 minute; the platform lowers it to 1 minute`,
      );
    }
  }
  return check;
}

/** `[checks.NAME]`, or `[[checks]]` with a `name`. */
export function readTopLevelChecks(root: Section): Record<string, CheckSection> {
  const value = root.table["checks"];
  const checks: Record<string, CheckSection> = {};
  if (value === undefined) return checks;
  for (const [name, section] of namedTables(root, value)) {
    const type = readWord(section, "type", ["http", "tcp"]);
    if (type === undefined) {
      if (section.table["type"] === undefined)
        section.report("error", section.path, `check "${name}" needs a type: "http" or "tcp"`);
      continue;
    }
    const check = readCheck(section, type, "milliseconds");
    if (check.intervalMs !== undefined && check.intervalMs < 2_000)
      section.report("error", [...section.path, "interval"], `check "${name}": the shortest interval is 2 seconds`);
    if (check.timeoutMs !== undefined && check.timeoutMs > 60_000)
      section.report("error", [...section.path, "timeout"], `check "${name}": the longest timeout is 60 seconds`);
    checks[name] = check;
  }
  return checks;
}

function namedTables(root: Section, value: unknown): [string, Section][] {
  if (Array.isArray(value)) {
    return value.filter(isTable).map((table, index) => {
      const section = { table, path: ["checks", index], report: root.report };
      return [readString(section, "name") ?? String(index), section];
    });
  }
  const all = readTable(root, "checks");
  if (all === undefined) return [];
  return Object.keys(all.table).flatMap((name) => {
    const section = readTable(all, name);
    return section === undefined ? [] : [[name, section] as [string, Section]];
  });
}

function readCheck(section: Section, type: "tcp" | "http", numbers: Numbers): CheckSection {
  const method = readString(section, "method");
  return {
    type,
    port: readPort(section, "port", true),
    intervalMs: readDurationMs(section, "interval", numbers),
    timeoutMs: readDurationMs(section, "timeout", numbers),
    gracePeriodMs: readDurationMs(section, "grace_period", numbers),
    method: method?.toUpperCase(),
    path: readString(section, "path"),
    protocol: readString(section, "protocol"),
    tlsSkipVerify: readBoolean(section, "tls_skip_verify"),
    tlsServerName: readString(section, "tls_server_name"),
    headers: readHeaders(section),
    processes: readStrings(section, "processes") ?? [],
  };
}

/** A table of name to value, or a list of `{name, value}`. */
function readHeaders(section: Section): { name: string; value: string }[] {
  const value = section.table["headers"];
  if (value === undefined) return [];
  if (isTable(value)) return Object.entries(value).map(([name, text]) => ({ name, value: String(text) }));
  if (Array.isArray(value) && value.every(isTable)) {
    return value.map((item) => ({ name: textOf(item["name"]), value: textOf(item["value"]) }));
  }
  section.report(
    "error",
    [...section.path, "headers"],
    `headers must be a table of names and values, not ${show(value)}`,
  );
  return [];
}

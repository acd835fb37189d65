import type { CheckSection, MachineCheckSection } from "../app-config.ts";
import { emptyTable, flagAt, isTable, numberAt, type Table, tablesAt, textAt, textsAt } from "../values.ts";

/** A check of a service. */
export function serviceCheck(table: Table, type: "tcp" | "http"): CheckSection {
  return check(table, type);
}

/** `[checks]`, without those that have no usable type. */
export function topLevelChecks(root: Table): Record<string, CheckSection> {
  const checks = emptyTable<CheckSection>();
  const named = root["checks"];
  if (!isTable(named)) return checks;
  for (const [name, table] of Object.entries(named)) {
    const type = isTable(table) ? textAt(table, "type") : undefined;
    if (isTable(table) && (type === "tcp" || type === "http")) checks[name] = check(table, type);
  }
  return checks;
}

/** `[[machine_checks]]` of the file or of a service. */
export function machineChecks(table: Table): MachineCheckSection[] {
  return tablesAt(table, "machine_checks").map((section) => ({
    command: textsAt(section, "command") ?? [],
    image: textAt(section, "image"),
    entrypoint: textsAt(section, "entrypoint"),
    killSignal: textAt(section, "kill_signal"),
    killTimeoutMs: numberAt(section, "kill_timeout"),
  }));
}

function check(table: Table, type: "tcp" | "http"): CheckSection {
  return {
    type,
    port: numberAt(table, "port"),
    intervalMs: numberAt(table, "interval"),
    timeoutMs: numberAt(table, "timeout"),
    gracePeriodMs: numberAt(table, "grace_period"),
    method: textAt(table, "method")?.toUpperCase(),
    path: textAt(table, "path"),
    protocol: textAt(table, "protocol"),
    tlsSkipVerify: flagAt(table, "tls_skip_verify"),
    tlsServerName: textAt(table, "tls_server_name"),
    headers: headers(table["headers"]),
    processes: textsAt(table, "processes") ?? [],
  };
}

/** A table of name to value, or a list of `{name, value}`. */
function headers(value: unknown): { name: string; value: string }[] {
  if (Array.isArray(value)) {
    return value
      .filter(isTable)
      .map((item) => ({ name: textAt(item, "name") ?? "", value: textAt(item, "value") ?? "" }));
  }
  if (!isTable(value)) return [];
  return Object.keys(value).map((name) => ({ name, value: textAt(value, name) ?? "" }));
}

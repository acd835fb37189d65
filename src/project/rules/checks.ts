import { numberAt, type Table, tableAt, tablesAt, textAt, textsAt } from "../values.ts";
import type { RuleInput } from "./rule.ts";

const SHORTEST_INTERVAL_MS = 2_000;
const LONGEST_TIMEOUT_MS = 60_000;

/** What is wrong with `[checks]` and `[[machine_checks]]`. */
export function checkChecks(input: RuleInput): void {
  const named = tableAt(input.root, "checks") ?? {};
  for (const name of Object.keys(named)) {
    const check = tableAt(named, name);
    if (check !== undefined) checkOne(name.slice(0, 60), check, input);
  }
  const http = tableAt(input.root, "http_service") ?? {};
  for (const table of [input.root, http, ...tablesAt(input.root, "services")]) {
    for (const check of tablesAt(table, "machine_checks")) checkMachineCheck(check, input);
  }
}

function checkOne(name: string, check: Table, input: RuleInput): void {
  const fail = (key: string | undefined, message: string, suggestion: string): void => {
    const path = input.pathOf(check);
    const at = key === undefined ? path : [...path, key];
    input.report({ severity: "error", code: "CONFIG_INVALID", path: at, message, suggestion });
  };
  // A type that is there and wrong was reported where it was read.
  if (textAt(check, "type") === undefined && !input.isWritten([...input.pathOf(check), "type"]))
    fail(undefined, `check "${name}" needs a type: "http" or "tcp"`, 'add type = "http" or type = "tcp"');
  const intervalMs = numberAt(check, "interval");
  if (intervalMs !== undefined && intervalMs < SHORTEST_INTERVAL_MS)
    fail("interval", `check "${name}": the shortest interval is 2 seconds`, 'write interval = "2s"');
  const timeoutMs = numberAt(check, "timeout");
  if (timeoutMs !== undefined && timeoutMs > LONGEST_TIMEOUT_MS)
    fail("timeout", `check "${name}": the longest timeout is 60 seconds`, 'write timeout = "60s"');
}

function checkMachineCheck(check: Table, input: RuleInput): void {
  if ((textsAt(check, "command") ?? []).length > 0 || textsAt(check, "entrypoint") !== undefined) return;
  input.report({
    severity: "error",
    code: "CONFIG_INVALID",
    path: input.pathOf(check),
    message: "a machine check needs a command",
    suggestion: 'add command = ["program", "argument"]',
  });
}

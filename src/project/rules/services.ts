import type { ProblemCode } from "../finding.ts";
import { DEFAULT_INTERNAL_PORT, hasInternalPort, isEmptyHttpService, isEmptyService } from "../sections/services.ts";
import { numberAt, type Table, tableAt, tablesAt } from "../values.ts";
import type { RuleInput } from "./rule.ts";

/** What looks wrong about services and their checks. */
export function checkServices(input: RuleInput): void {
  const http = tableAt(input.root, "http_service");
  if (http !== undefined && !isEmptyHttpService(http)) {
    assumePort(http, "[http_service]", input);
    for (const check of tablesAt(http, "checks")) checkTiming(check, input);
  }
  for (const service of tablesAt(input.root, "services")) {
    if (isEmptyService(service)) {
      if (hasWrongPort(service, input)) continue;
      warn(
        input,
        service,
        "[[services]] is ignored: it has neither internal_port nor a public port",
        "CONFIG_NO_EFFECT",
      );
      continue;
    }
    assumePort(service, "[[services]]", input);
    const ports = tablesAt(service, "ports");
    if (ports.length === 0)
      warn(input, service, "[[services]] has no public port", "CONFIG_INVALID", "add [[services.ports]]");
    for (const port of ports) checkRange(port, input);
    for (const check of [...tablesAt(service, "tcp_checks"), ...tablesAt(service, "http_checks")]) {
      checkTiming(check, input);
    }
  }
}

function assumePort(service: Table, name: string, input: RuleInput): void {
  if (hasInternalPort(service) || hasWrongPort(service, input)) return;
  const message = `${name} has no internal_port, the port that your program listens on; ${DEFAULT_INTERNAL_PORT} is assumed`;
  warn(input, service, message, "CONFIG_INVALID", `add internal_port = ${DEFAULT_INTERNAL_PORT}`);
}

/** A port that cannot be used was reported where it was read; it is not missing. */
function hasWrongPort(service: Table, { isWritten, pathOf }: RuleInput): boolean {
  return service["internal_port"] === undefined && isWritten([...pathOf(service), "internal_port"]);
}

function checkRange(port: Table, input: RuleInput): void {
  const [from, to] = [numberAt(port, "start_port"), numberAt(port, "end_port")];
  if (from === undefined || to === undefined || from <= to) return;
  input.report({
    severity: "error",
    code: "CONFIG_INVALID",
    path: [...input.pathOf(port), "end_port"],
    message: `end_port ${to} comes before start_port ${from}`,
    suggestion: "exchange the two",
  });
}

function checkTiming(check: Table, { pathOf, report }: RuleInput): void {
  for (const key of ["interval", "timeout", "grace_period"] as const) {
    const valueMs = numberAt(check, key);
    if (valueMs === undefined || (key === "grace_period" && valueMs === 0)) continue;
    const tooShort = valueMs < 1_000;
    if (!tooShort && (valueMs <= 60_000 || key === "grace_period")) continue;
    report({
      severity: "warning",
      code: "CONFIG_INVALID",
      path: [...pathOf(check), key],
      message: tooShort
        ? `${key} is less than 1 second; the platform raises it to 1 second`
        : `${key} is greater than 1 minute; the platform lowers it to 1 minute`,
      suggestion: tooShort ? `write ${key} = "1s"` : `write ${key} = "1m"`,
    });
  }
}

function warn(
  { report, pathOf }: RuleInput,
  table: Table,
  message: string,
  code: ProblemCode,
  suggestion = "remove it",
): void {
  report({ severity: "warning", code, path: pathOf(table), message, suggestion });
}

import { defaultGroup } from "../process-groups.ts";
import { isEmptyHttpService, isEmptyService } from "../sections/services.ts";
import { closestWords } from "../../errors/did-you-mean.ts";
import { type Table, tableAt, tablesAt, textsAt } from "../values.ts";
import type { RuleInput } from "./rule.ts";

/** Sections may name only process groups that are there, and services have to, where there are several. */
export function checkGroups(input: RuleInput): void {
  const { root, config } = input;
  const groups = Object.keys(config.processes);
  const http = tableAt(root, "http_service");
  if (http !== undefined && !isEmptyHttpService(http)) checkService(http, "[http_service]", groups, input);
  for (const service of tablesAt(root, "services")) {
    if (!isEmptyService(service)) checkService(service, "[[services]]", groups, input);
  }
  for (const restart of tablesAt(root, "restart")) checkNames(restart, "[[restart]]", "error", groups, input);
  for (const [section, name] of [
    ["vm", "[[vm]]"],
    ["mounts", "[[mounts]]"],
    ["files", "[[files]]"],
    ["metrics", "[[metrics]]"],
  ] as const) {
    for (const table of tablesAt(root, section)) checkNames(table, name, "warning", groups, input);
  }
  for (const [name, check] of Object.entries(tableAt(root, "checks") ?? {})) {
    checkNames(check as Table, `check "${name.slice(0, 60)}"`, "warning", groups, input);
  }
}

function checkService(service: Table, name: string, groups: readonly string[], input: RuleInput): void {
  checkNames(service, name, "error", groups, input);
  if (groups.length === 0 || (textsAt(service, "processes") ?? []).length > 0) return;
  const several = groups.length > 1;
  const group = defaultGroup(input.config).slice(0, 60);
  input.report({
    severity: several ? "error" : "warning",
    code: several ? "CONFIG_GROUP_UNKNOWN" : "CONFIG_NOT_PORTABLE",
    path: input.pathOf(service),
    message: several
      ? `${name} must say which of the ${groups.length} process groups it belongs to`
      : `flyctl wants ${name} to name its process group; Hangar takes the only one`,
    suggestion: `add processes = ["${group}"]`,
  });
}

function checkNames(
  table: Table,
  name: string,
  severity: "error" | "warning",
  groups: readonly string[],
  { pathOf, report }: RuleInput,
): void {
  const known = groups.length === 0 ? ["app"] : groups;
  for (const group of textsAt(table, "processes") ?? []) {
    if (group === "" || known.includes(group)) continue;
    const shown = group.slice(0, 60);
    const [closest] = group.length > 40 ? [] : closestWords(group, known);
    report({
      severity,
      code: "CONFIG_GROUP_UNKNOWN",
      path: [...pathOf(table), "processes"],
      message: `${name} names the process group "${shown}", which [processes] does not define`,
      suggestion: closest === undefined ? `add ${shown} to [processes], or remove it here` : `did you mean ${closest}?`,
    });
  }
}

import { isRegionCode, suggestRegion } from "../../emulator/index.ts";
import type { KeyPath } from "../problem.ts";
import { isTable, type Table, tableAt, textAt, textsAt } from "../values.ts";
import type { RuleInput } from "./rule.ts";

/** Regions have to be there: those of Hangar's own table, where it decides; elsewhere it is a surprise and no fault. */
export function checkRegions(input: RuleInput): void {
  const primary = textAt(input.root, "primary_region") ?? "";
  if (primary !== "" && !isRegionCode(primary)) unknown(primary, ["primary_region"], "warning", input);
  const hangar = tableAt(input.root, "hangar") ?? {};
  for (const region of textsAt(hangar, "regions") ?? []) {
    if (!isRegionCode(region.trim())) unknown(region, ["hangar", "regions"], "error", input);
  }
  const counts = tableAt(hangar, "regions");
  if (counts === undefined) return;
  const groups = Object.keys(input.config.processes);
  const known = groups.length === 0 ? ["app"] : groups;
  for (const name of Object.keys(counts)) {
    const own = counts[name];
    if (!isTable(own)) checkCodes({ [name]: own }, ["hangar", "regions"], input);
    else if (known.includes(name)) checkCodes(own, ["hangar", "regions", name], input);
    else {
      const message = `[hangar.regions] names the process group "${name.slice(0, 60)}", which is not there`;
      const suggestion = `process groups are ${known.slice(0, 5).join(", ")}`.slice(0, 200);
      const path = ["hangar", "regions", name];
      input.report({ severity: "error", code: "CONFIG_GROUP_UNKNOWN", path, message, suggestion });
    }
  }
}

function checkCodes(counts: Table, path: KeyPath, input: RuleInput): void {
  for (const region of Object.keys(counts)) {
    if (!isRegionCode(region)) unknown(region, [...path, region], "error", input);
  }
}

function unknown(region: string, path: KeyPath, severity: "error" | "warning", { report }: RuleInput): void {
  const close = suggestRegion(region);
  report({
    severity,
    code: "CONFIG_INVALID",
    path,
    message: `Hangar has no region "${region.slice(0, 60)}"`,
    suggestion: close.length > 0 ? `did you mean ${close.join(" or ")}?` : "hangar regions lists them",
  });
}

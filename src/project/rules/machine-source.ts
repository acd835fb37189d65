import { isMachineConfigText, parseMachineConfig } from "../machine-source.ts";
import { tableAt, textAt } from "../values.ts";
import type { RuleInput } from "./rule.ts";

/** `machine_config` has to be JSON, or name a file of it. */
export function checkMachineSource({ root, report }: RuleInput): void {
  for (const path of [["machine_config"], ["experimental", "machine_config"]]) {
    const source = textAt(path.length === 1 ? root : (tableAt(root, "experimental") ?? {}), "machine_config");
    if (source === undefined || source === "") continue;
    if (isMachineConfigText(source) ? parseMachineConfig(source) !== undefined : source.endsWith(".json")) continue;
    const message = "machine_config must be a table in JSON, or the path of a .json file";
    report({
      severity: "error",
      code: "CONFIG_INVALID",
      path,
      message,
      suggestion: 'write machine_config = "machine.json"',
    });
  }
}

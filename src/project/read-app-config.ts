// From what files say to the configuration, with all findings. Knows no text and no places: those are looked up only
// where there is something to show.
import type { AppConfig } from "./app-config.ts";
import { buildAppConfig } from "./build-app-config.ts";
import { checkFile } from "./check-table.ts";
import type { Finding } from "./finding.ts";
import { mergeTables } from "./merge-tables.ts";
import { RULES } from "./rules/all.ts";
import type { Table } from "./values.ts";

export interface ReadOptions {
  /** Whether unknown keys are errors. */
  readonly strict?: boolean;
}

export interface ReadAppConfig {
  /** There is one exactly when no finding is an error. */
  readonly config?: AppConfig;
  readonly findings: readonly Finding[];
}

/**
 * Reads the tables of a configuration file and of the overlays that are laid over it, in this order.
 * @param file name of the first, for messages
 */
export function readAppConfig(tables: readonly Table[], file: string, options: ReadOptions = {}): ReadAppConfig {
  const findings: Finding[] = [];
  const report = (finding: Finding): void => void findings.push(finding);
  const [first = {}, ...overlays] = tables;
  const raw = overlays.reduce(mergeTables, first);
  const checked = checkFile(raw, report, options.strict ?? false);
  const config = buildAppConfig(checked.root, raw, file);
  for (const rule of RULES) rule({ ...checked, config, report });
  return findings.some(({ severity }) => severity === "error") ? { findings } : { config, findings };
}

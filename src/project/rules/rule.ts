import type { AppConfig } from "../app-config.ts";
import type { CheckedFile } from "../check-table.ts";
import type { Report } from "../finding.ts";

/** What a rule looks at: the configuration, and the checked file for the places of its sections. */
export interface RuleInput extends CheckedFile {
  readonly config: AppConfig;
  readonly report: Report;
}

/** Reports what is wrong between keys, each of which is good by itself. */
export type Rule = (input: RuleInput) => void;

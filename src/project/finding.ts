import type { ErrorCode } from "../errors/catalogue.ts";
import type { KeyPath } from "./problem.ts";

/** Codes of what can be wrong with a configuration. */
export type ProblemCode = Extract<
  ErrorCode,
  | "CONFIG_SYNTAX"
  | "CONFIG_TOO_LARGE"
  | "CONFIG_INVALID"
  | "CONFIG_KEY_UNKNOWN"
  | "CONFIG_KEY_DUPLICATE"
  | "CONFIG_DURATION_UNIT"
  | "CONFIG_GROUP_UNKNOWN"
  | "CONFIG_NOT_PORTABLE"
  | "CONFIG_NO_EFFECT"
>;

/** Something wrong at a key, before its place in the text is looked up. */
export interface Finding {
  readonly severity: "error" | "warning";
  readonly code: ProblemCode;
  readonly path: KeyPath;
  /** What is wrong, naming the key, without a full stop. */
  readonly message: string;
  /** What to write instead. */
  readonly suggestion?: string;
}

/** Takes note of a finding. */
export type Report = (finding: Finding) => void;

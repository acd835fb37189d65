import type { AppConfig } from "../../project/app-config.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import type { Template } from "../../platform/templates.ts";

/** What a launch starts from. */
export type LaunchSource =
  | { readonly kind: "config" }
  | { readonly kind: "template"; readonly name: string; readonly because: string }
  | { readonly kind: "dockerfile"; readonly name: string }
  | { readonly kind: "unknown" };

/** What the user asked for. */
export interface LaunchRequest {
  readonly template?: string | undefined;
  readonly name?: string | undefined;
  readonly region?: string | undefined;
  /** Replace files of the template's names; fly.toml never. */
  readonly force: boolean;
}

/** The folder as it is, as far as a launch looks at it. */
export interface ProjectFolder {
  /** The folder's own name. */
  readonly name: string;
  /** Texts of the files that a launch may write or read, by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** The existing fly.toml, read. */
  readonly config?: AppConfig | undefined;
  /** The template that the source names, read. */
  readonly template?: Template | undefined;
}

/** A value and where it comes from. */
export interface Sourced<Value> {
  readonly value: Value;
  readonly source: string;
}

/** What happens to one file. */
export interface PlannedFile {
  readonly path: string;
  readonly action: "created" | "kept" | "changed";
  /** Why an existing file is kept though the template's differs. */
  readonly note?: string;
  /** The new content of a created or changed file. */
  readonly text?: string;
}

/** Something that forbids the plan. */
export interface LaunchProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly suggestions: readonly string[];
}

/** What a launch would do. */
export interface LaunchPlan {
  readonly app: Sourced<string>;
  readonly region: Sourced<string>;
  readonly template?: Sourced<string>;
  /** Port of the program, where a new fly.toml has to name it. */
  readonly internalPort?: Sourced<number>;
  readonly files: readonly PlannedFile[];
  readonly problems: readonly LaunchProblem[];
}

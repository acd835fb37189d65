import type { Sourced } from "../launch-plan.ts";
import type { Family } from "./rules.ts";

/** A database that a project talks to. */
export type Database = "Postgres" | "MySQL" | "SQLite" | "Redis" | "MongoDB";

/** What a scan found out about a project. Everything comes from its files alone, and says from which. */
export interface Detection {
  /** For people: `Next.js`. */
  readonly framework: Sourced<string>;
  readonly family: Family | "dockerfile";
  readonly port: Sourced<number>;
  /** Path of a health check. */
  readonly health?: Sourced<string>;
  /** Process group to command; none where the image's own command is all. */
  readonly processes: ReadonlyMap<string, Sourced<string>>;
  readonly releaseCommand?: Sourced<string>;
  readonly volume?: Sourced<{ readonly source: string; readonly destination: string }>;
  readonly databases: readonly Sourced<Database>[];
  /** Names of variables that the project expects and that are no business of a file. */
  readonly secrets: readonly Sourced<string>[];
  readonly env: Readonly<Record<string, string>>;
  readonly killSignal?: string;
  /** What to write as Dockerfile; absent where there is one. */
  readonly image?: ImagePlan;
  /** What the user should know before agreeing. */
  readonly notes: readonly string[];
}

/** A Dockerfile to be made from a template. */
export interface ImagePlan {
  /** Name of the template. */
  readonly template: string;
  /** Values of its placeholders; an empty one takes its line away. */
  readonly values: Readonly<Record<string, string>>;
  /** What .dockerignore says besides what it always says. */
  readonly ignore?: readonly string[];
}

/** A folder of a repository that could be launched by itself. */
export interface Candidate {
  /** With `/`, relative to the root. */
  readonly path: string;
  readonly framework: string;
}

export type ScanResult =
  | { readonly kind: "detected"; readonly detection: Detection }
  | { readonly kind: "several"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "unknown" };

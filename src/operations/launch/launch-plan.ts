import type { AppConfig } from "../../project/app-config.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import type { Template } from "../../platform/templates.ts";
import type { Detection } from "./scan/detection.ts";

/** What a launch starts from. */
export type LaunchSource =
  | { readonly kind: "config" }
  | { readonly kind: "template"; readonly name: string; readonly because: string }
  | { readonly kind: "project" };

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
  /** What the project is, where that decides something. */
  readonly detection?: Detection | undefined;
  /** The files that an image of the project needs and that are to be written, by path. */
  readonly imageFiles?: ReadonlyMap<string, string> | undefined;
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
  /** What the project turned out to be. */
  readonly detection?: Detection;
  readonly files: readonly PlannedFile[];
  readonly problems: readonly LaunchProblem[];
}

/** A line of the plan, for people and for `--json`. */
export interface PlanRow {
  readonly what: string;
  readonly value: string;
  readonly source: string;
}

const FILE_WORDS = { created: "new", kept: "kept as it is", changed: "replaced" } as const;

/** The plan as rows: what was found out, and then what happens to each file. */
export function planRows({ app, region, template, detection, files }: LaunchPlan): PlanRow[] {
  return [
    { what: "App", ...app },
    { what: "Region", ...region },
    ...(template === undefined ? [] : [{ what: "Template", ...template }]),
    ...(detection === undefined ? [] : detectionRows(detection)),
    ...files.map(({ path, action, note }) => ({
      what: "File",
      value: path,
      source: note === undefined ? FILE_WORDS[action] : `${FILE_WORDS[action]}: ${note}`,
    })),
  ];
}

function detectionRows(detection: Detection): PlanRow[] {
  const { framework, port, health, processes, releaseCommand, volume, databases, secrets, notes } = detection;
  return [
    { what: "Framework", ...framework },
    { what: "Port", value: String(port.value), source: port.source },
    ...(health === undefined ? [] : [{ what: "Health check", value: `GET ${health.value}`, source: health.source }]),
    ...[...processes].map(([name, { value, source }]) => ({ what: "Process", value: `${name}: ${value}`, source })),
    ...(releaseCommand === undefined ? [] : [{ what: "Release command", ...releaseCommand }]),
    ...(volume === undefined
      ? []
      : [{ what: "Volume", value: `${volume.value.source} at ${volume.value.destination}`, source: volume.source }]),
    ...databases.map(({ value, source }) => ({ what: "Database", value, source: `${source}; not set up` })),
    ...secrets.map(({ value, source }) => ({ what: "Secret", value, source: `${source}; to be set by you` })),
    ...notes.map((note) => ({ what: "Note", value: note, source: "" })),
  ];
}

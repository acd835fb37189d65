import type { AppConfig } from "./app-config.ts";
import {
  createOriginFinder,
  type Origin,
  type PlacedText,
  placedToml,
  placeFindings,
  placeSyntaxProblems,
} from "./place-findings.ts";
import type { KeyPath, Problem } from "./problem.ts";
import { readAppConfig, type ReadOptions } from "./read-app-config.ts";
import { formatOf, type ReadText } from "./text/document.ts";
import { readToml } from "./text/toml.ts";
import { readJson, readYaml, yamlPlaces } from "./text/yaml.ts";

/** A file of configuration. */
export interface ConfigText {
  /** Its name, which says the format, and which messages show. */
  readonly file: string;
  readonly text: string;
}

/** What came out of reading a configuration file. There is a `config` exactly when no problem is an error. */
export interface ParsedAppConfig {
  readonly config?: AppConfig;
  /** In the order of the file. */
  readonly problems: readonly Problem[];
  /** Where a key is written. */
  readonly originOf: (path: KeyPath) => Origin;
}

/** Reads the text of one file and finds all problems at once. @param file its name, which says the format */
export function parseAppConfig(text: string, file: string, options: ReadOptions = {}): ParsedAppConfig {
  return parseAppConfigs([{ file, text }], options);
}

/** Reads a file and the overlays that are laid over it, in this order. */
export function parseAppConfigs(sources: readonly ConfigText[], options: ReadOptions = {}): ParsedAppConfig {
  const texts = sources.map(({ file, text }) => ({ file, text: text.replace(/^\uFEFF/u, "") }));
  const read = texts.map(({ file, text }) => readText(text, file));
  const early = texts.flatMap(({ file, text }, index) => placeSyntaxProblems(read[index]?.problems ?? [], file, text));
  let finder: ((path: KeyPath) => Origin) | undefined;
  const originOf = (path: KeyPath): Origin => (finder ??= createOriginFinder(texts.map(placed)))(path);
  const tables = read.flatMap(({ table }) => (table === undefined ? [] : [table]));
  if (tables.length < read.length) return { problems: early, originOf };
  const { config, findings } = readAppConfig(tables, texts[0]?.file ?? "", options);
  const problems = [...early, ...(findings.length === 0 ? [] : placeFindings(findings, originOf))];
  return config === undefined ? { problems, originOf } : { config, problems, originOf };
}

function readText(text: string, file: string): ReadText {
  const read = { toml: readToml, json: readJson, yaml: readYaml }[formatOf(file)];
  return read(text);
}

function placed({ file, text }: ConfigText): PlacedText {
  return formatOf(file) === "toml" ? placedToml(file, text) : { file, text, places: yamlPlaces(text) };
}

// Pure: which packages a project says it uses, by the file that says so. Comments and descriptions do not count.
import { readTomlTable } from "../../../project/read-toml-table.ts";
import type { SourceTree } from "./source-tree.ts";

export type Ecosystem = "npm" | "python" | "ruby" | "elixir" | "php" | "go" | "rust" | "jvm";

export interface DeclaredPackage {
  /** As its registry writes it; lower case for Python. */
  readonly name: string;
  /** The range as written; empty where there is none. */
  readonly version: string;
  readonly file: string;
}

/** The packages of all ecosystems, by name. */
export type Packages = Readonly<Record<Ecosystem, ReadonlyMap<string, DeclaredPackage>>>;

/** Reads the manifests at the root of a tree. */
export function readPackages(tree: SourceTree): Packages {
  const from = (found: readonly DeclaredPackage[]): ReadonlyMap<string, DeclaredPackage> =>
    new Map(found.toReversed().map((entry) => [entry.name, entry]));
  return {
    npm: from(jsonPackages(tree, "package.json", ["dependencies", "devDependencies"])),
    python: from(pythonPackages(tree)),
    ruby: from(lines(tree, "Gemfile", /^\s{0,8}gem\s{1,4}["']([\w-]{1,99})["'](?:\s{0,4},\s{0,4}["']([^"']{0,50}))?/u)),
    elixir: from(lines(tree, "mix.exs", /^\s{0,16}\[?\{:(\w{1,99}),\s{0,4}"?([^",}]{0,50})/u)),
    php: from(jsonPackages(tree, "composer.json", ["require", "require-dev"])),
    go: from(
      lines(tree, "go.mod", /^(?:require\s{1,4})?\s{0,8}([\w.-]{1,99}\.[\w.-]{1,20}\/[^\s]{1,200})\s{1,4}(v\S{1,60})/u),
    ),
    rust: from(rustPackages(tree)),
    jvm: from(jvmPackages(tree)),
  };
}

/** A JSON file as an object; undefined where it is none. */
export function readJsonObject(tree: SourceTree, file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return objectOf(JSON.parse(tree.text(file) ?? ""));
  } catch {
    return undefined;
  }
}

/** A value as an object, where it is one. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function jsonPackages(tree: SourceTree, file: string, keys: readonly string[]): DeclaredPackage[] {
  const manifest = readJsonObject(tree, file);
  return keys.flatMap((key) =>
    Object.entries(objectOf(manifest?.[key]) ?? {}).map(([name, version]) => ({
      name,
      version: typeof version === "string" ? version : "",
      file,
    })),
  );
}

function lines(tree: SourceTree, file: string, pattern: RegExp): DeclaredPackage[] {
  return (tree.text(file) ?? "").split("\n").flatMap((line) => {
    const [, name, version = ""] = pattern.exec(line) ?? [];
    return name === undefined ? [] : [{ name, version, file }];
  });
}

const REQUIREMENT = /^\s{0,8}["']?([A-Za-z][\w.-]{0,99})(?:\[[^\]]{0,99}\])?\s{0,4}([^"';#\s][^"';#]{0,50})?/u;

function requirement(text: string, file: string): DeclaredPackage[] {
  const [, name, version = ""] = REQUIREMENT.exec(text) ?? [];
  return name === undefined
    ? []
    : [{ name: name.toLowerCase().replaceAll(/[_.]/gu, "-"), version: version.trim(), file }];
}

function pythonPackages(tree: SourceTree): DeclaredPackage[] {
  const listed = tree
    .matching(/^(?:requirements[^/]*|requirements\/(?:base|prod|production))\.(?:txt|in)$/u)
    .flatMap((file) => (tree.text(file) ?? "").split("\n").flatMap((line) => requirement(line, file)));
  const table = readTomlTable(tree.text("pyproject.toml") ?? "");
  const project = objectOf(table?.["project"])?.["dependencies"];
  const standard = (Array.isArray(project) ? project : []).flatMap((entry) =>
    typeof entry === "string" ? requirement(entry, "pyproject.toml") : [],
  );
  const poetry = objectOf(objectOf(table?.["tool"])?.["poetry"])?.["dependencies"];
  const pipfile = readTomlTable(tree.text("Pipfile") ?? "")?.["packages"];
  const keyed = (value: unknown, file: string): DeclaredPackage[] =>
    Object.keys(objectOf(value) ?? {}).flatMap((name) => requirement(name, file));
  return [...standard, ...keyed(poetry, "pyproject.toml"), ...keyed(pipfile, "Pipfile"), ...listed];
}

function rustPackages(tree: SourceTree): DeclaredPackage[] {
  const table = readTomlTable(tree.text("Cargo.toml") ?? "");
  return Object.keys(objectOf(table?.["dependencies"]) ?? {}).map((name) => ({
    name,
    version: "",
    file: "Cargo.toml",
  }));
}

function jvmPackages(tree: SourceTree): DeclaredPackage[] {
  return ["pom.xml", "build.gradle", "build.gradle.kts"].flatMap((file) => {
    const text = tree.text(file) ?? "";
    const names = [
      ...text.matchAll(
        /<artifactId>([\w.-]{1,99})<|["'(](?:[\w.-]{1,99}):([\w.-]{1,99})|["'](org\.springframework\.boot)["']/gu,
      ),
    ];
    return names.map(([, maven, gradle, plugin]) => ({ name: maven ?? gradle ?? plugin ?? "", version: "", file }));
  });
}

// The package's own package.json, as far as the command line reads it.
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Manifest } from "./manifest.ts";

export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly oclif: {
    readonly bin: string;
    readonly commands: { target: string };
    readonly hooks: { command_not_found: string };
  };
}

/** Reads package.json of the package that is installed at root. */
export function readPackageJson(root: string): PackageJson {
  return JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as PackageJson;
}

/** Reads the list of commands; undefined where it has not been generated. */
export function readManifest(root: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path.join(root, "oclif.manifest.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

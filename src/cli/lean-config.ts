// The few things that oclif's Command and parser ask of their configuration while one of our commands runs. oclif's own
// Config reads plugins, themes and the shell first and costs as much as Node's whole start; it serves help and plugins.
import type { Interfaces } from "@oclif/core";
import type { PackageJson } from "./package-json.ts";

/** Configuration for running a single command of the package itself. */
export function createLeanConfig(root: string, pjson: PackageJson): Interfaces.Config {
  const { bin } = pjson.oclif;
  const keyOf = (name: string): string => `${bin}_${name}`.toUpperCase().replaceAll("-", "_");
  const lean: Partial<Interfaces.Config> = {
    bin,
    name: pjson.name,
    version: pjson.version,
    root,
    topicSeparator: " ",
    pjson: pjson as unknown as Interfaces.Config["pjson"],
    userAgent: `${pjson.name}/${pjson.version} ${process.platform}-${process.arch} node-${process.version}`,
    scopedEnvVar: (name) => process.env[keyOf(name)],
    scopedEnvVarKey: keyOf,
    scopedEnvVarKeys: (name) => [keyOf(name)],
    scopedEnvVarTrue: (name) => ["1", "true"].includes(process.env[keyOf(name)] ?? ""),
    runHook: async () => ({ failures: [], successes: [] }),
  };
  return lean as Interfaces.Config;
}

// The list of commands as oclif reads it, made from the sources, so that no build is needed and paths do not depend on it.
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Interfaces, Plugin } from "@oclif/core";

export type Manifest = Interfaces.Manifest;

/** Loads every command of src/commands and describes it, with the place of its class in dist. */
export async function buildManifest(root: string): Promise<Manifest> {
  const pjson = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  pjson.oclif.commands.target = "./src/commands";
  const plugin = new Plugin({
    root,
    pjson,
    isRoot: true,
    type: "core",
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  });
  await plugin.load();
  const commands = Object.entries(plugin.manifest.commands)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, command]) => [id, { ...command, relativePath: ["dist", "commands", ...`${id}.js`.split(":")] }]);
  return { commands: Object.fromEntries(commands), version: plugin.manifest.version };
}

// The commands as src/commands has them, for running from source: found by their file names, so that no generated list
// can be out of date. Aliases are left to the framework, which loads every command to know them.
import { globSync } from "node:fs";
import path from "node:path";
import type { Manifest, ManifestCommand } from "./manifest.ts";

/** What the manifest would say, without aliases and flags. */
export function listSourceCommands(root: string): Manifest {
  const files = globSync("**/*.ts", { cwd: path.join(root, "src", "commands") });
  const commands = files.map((file): [string, ManifestCommand] => {
    const parts = file.split(path.sep);
    const id = parts.join(":").replace(/\.ts$/, "");
    return [id, { id, aliases: [], flags: {}, relativePath: ["src", "commands", ...parts] }];
  });
  return { commands: Object.fromEntries(commands) };
}

// The program: finds the command, runs it, and shows how it ended. The only place that sets the exit status.
import { readFileSync } from "node:fs";
import path from "node:path";
import { run } from "@oclif/core/run";

export interface MainOptions {
  /** Load the commands from src instead of dist, without the manifest. */
  readonly fromSource?: boolean;
}

/** Runs one command line. */
export async function main(argv: readonly string[], root: string, options: MainOptions = {}): Promise<void> {
  const pjson = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  if (options.fromSource === true) pjson.oclif.commands.target = "./src/commands";
  await run([...argv], { root, pjson, ignoreManifest: options.fromSource === true });
}

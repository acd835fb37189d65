// The whole of oclif: help, plugins, words that are no command, and running from source. Loaded when one of these is
// asked for, because it costs more than all of the rest of the program's start.
import { run } from "@oclif/core/run";
import type { PackageJson } from "./package-json.ts";

export interface FrameworkOptions {
  readonly root: string;
  readonly pjson: PackageJson;
  readonly fromSource: boolean;
}

/** Runs a command line by oclif's own dispatch. */
export async function runFramework(
  argv: readonly string[],
  { root, pjson, fromSource }: FrameworkOptions,
): Promise<void> {
  if (fromSource) {
    pjson.oclif.commands.target = "./src/commands";
    pjson.oclif.hooks.command_not_found = "./src/cli/hooks/command-not-found.ts";
  }
  type LoadOptions = Exclude<Parameters<typeof run>[1], string | undefined>;
  await run([...argv], { root, pjson, ignoreManifest: fromSource } as unknown as LoadOptions);
}

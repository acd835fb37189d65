// The program: finds the command, runs it, and shows how it ended. The only place that sets the exit status.
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { BaseCommand } from "./base-command.ts";
import { createLeanConfig } from "./lean-config.ts";
import { hasFlag, resolveCommand, type ResolvedCommand } from "./manifest.ts";
import { type PackageJson, readManifest, readPackageJson } from "./package-json.ts";

export interface MainOptions {
  /** Load the commands from src instead of dist, without the manifest. */
  readonly fromSource?: boolean;
}

/** Flags that ask for help, wherever they stand before `--`. */
const HELP_FLAGS = ["--help", "-h"];

/** Runs one command line. Never rejects: a failure is shown and becomes the exit status. */
export async function main(argv: readonly string[], root: string, options: MainOptions = {}): Promise<void> {
  const fail = async (error: unknown): Promise<number> => {
    const { showFailure } = await import("./failure.ts");
    return showFailure(error, { argv, env: process.env });
  };
  // What nobody caught leaves the program in an unknown state: tell it and end.
  process.once("uncaughtException", (error) => void fail(error).then((status) => process.exit(status)));
  process.stderr.on("error", () => {}); // nobody is left to be told
  try {
    const pjson = readPackageJson(root);
    const manifest =
      options.fromSource === true
        ? (await import("./source-commands.ts")).listSourceCommands(root)
        : readManifest(root);
    const resolved =
      manifest === undefined || hasFlag(argv, ...HELP_FLAGS) ? undefined : resolveCommand(argv, manifest);
    if (resolved === undefined) {
      const { runFramework } = await import("./framework.ts");
      await runFramework(argv, { root, pjson, fromSource: options.fromSource === true });
    } else {
      await runCommand(resolved, root, pjson);
    }
  } catch (error) {
    process.exitCode = await fail(error);
  }
}

async function runCommand({ command, argv }: ResolvedCommand, root: string, pjson: PackageJson): Promise<void> {
  const file = pathToFileURL(path.join(root, ...command.relativePath)).href;
  const { default: CommandClass } = (await import(file)) as { default: typeof BaseCommand };
  await CommandClass.start(command.id, argv, createLeanConfig(root, pjson));
}

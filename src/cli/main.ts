// The program: finds the command, runs it, and shows how it ended. The only place that sets the exit status.
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { BaseCommand } from "./base-command.ts";
import { createLeanConfig } from "./lean-config.ts";
import { hasFlag, type Manifest, resolveCommand } from "./manifest.ts";
import { readManifest, readPackageJson } from "./package-json.ts";

export interface MainOptions {
  /** Load the commands from src instead of dist, without the manifest. */
  readonly fromSource?: boolean;
}

/** Flags that ask for help, wherever they stand before `--`. */
const HELP_FLAGS = ["--help", "-h"];

/** Runs one command line. Never rejects: a failure is shown and becomes the exit status. */
export async function main(argv: readonly string[], root: string, options: MainOptions = {}): Promise<void> {
  let words = argv;
  const fail = async (error: unknown): Promise<number> => {
    const { showFailure } = await import("./failure.ts");
    return showFailure(error, { argv: words, env: process.env });
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
    const found = manifest === undefined ? undefined : await findCommand(argv, manifest, root);
    words = found?.words ?? argv;
    if (found === undefined || hasFlag(words, ...HELP_FLAGS)) {
      const { runFramework } = await import("./framework.ts");
      await runFramework(argv, { root, pjson, fromSource: options.fromSource === true });
    } else {
      await found.CommandClass.start(found.id, found.argv, createLeanConfig(root, pjson));
    }
  } catch (error) {
    process.exitCode = await fail(error);
  }
}

interface FoundCommand {
  readonly CommandClass: typeof BaseCommand;
  readonly id: string;
  /** What it is to parse. */
  readonly argv: string[];
  /** The whole command line, with `--` before words that are not ours. */
  readonly words: readonly string[];
}

async function findCommand(
  words: readonly string[],
  manifest: Manifest,
  root: string,
): Promise<FoundCommand | undefined> {
  const resolved = resolveCommand(words, manifest);
  if (resolved === undefined) return undefined;
  const { command, argv } = resolved;
  const file = pathToFileURL(path.join(root, ...command.relativePath)).href;
  const { default: CommandClass } = (await import(file)) as { default: typeof BaseCommand };
  const own = words.slice(0, words.length - argv.length);
  return { CommandClass, id: command.id, argv, words: [...own, ...CommandClass.separate(argv)] };
}

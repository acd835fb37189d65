// A command in this process with --json: its value, or its error, without a process's start for each. The environment is
// the process's own.
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { BaseCommand } from "../../src/cli/base-command.ts";
import { createLeanConfig } from "../../src/cli/lean-config.ts";
import { resolveCommand } from "../../src/cli/manifest.ts";
import { readPackageJson } from "../../src/cli/package-json.ts";
import { listSourceCommands } from "../../src/cli/source-commands.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const MANIFEST = listSourceCommands(ROOT);

type Runnable = new (argv: string[], config: unknown) => { _run(): Promise<unknown>; logJson(json: unknown): void };

/** Runs a command and gives the value that --json would print. @throws what the command fails with */
export async function runCommand<T>(words: readonly string[]): Promise<T> {
  const resolved = resolveCommand(words, MANIFEST);
  if (resolved === undefined) throw new Error(`There is no command ${words.join(" ")}`);
  const file = pathToFileURL(path.join(ROOT, ...resolved.command.relativePath)).href;
  const { default: CommandClass } = (await import(file)) as { default: typeof BaseCommand };
  const command = new (CommandClass as unknown as Runnable)(
    [...resolved.argv, "--json"],
    createLeanConfig(ROOT, readPackageJson(ROOT)),
  );
  command.logJson = () => {};
  // Every command listens on stdout for a reader that left; in a process of its own that ends with it.
  const before = new Set(process.stdout.listeners("error"));
  try {
    return (await command._run()) as T;
  } finally {
    for (const listener of process.stdout.listeners("error"))
      if (!before.has(listener)) process.stdout.off("error", listener as () => void);
  }
}

import path from "node:path";
import type { Context } from "./context.ts";

/** The absolute path of the folder that a command is about: its argument, or where it was called. */
export function projectDir(context: Pick<Context, "cwd">, dir: string | undefined): string {
  return path.resolve(context.cwd, dir ?? ".");
}

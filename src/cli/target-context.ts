// Which target a command acts on.
import { AppError } from "../errors/app-error.ts";
import { chooseTarget, openTargetFile, type Target, TARGETS } from "../operations/target/target.ts";
import type { Context } from "./context.ts";
import { Flags } from "./oclif.ts";

/** --target */
export const targetFlag = () =>
  Flags.string({
    summary: "Where to act: a planet on this machine, or Fly.io (default: as `hangar target use` said, else local)",
    options: [...TARGETS],
    helpGroup: "GLOBAL",
  });

export async function targetFileOf(context: Context): Promise<ReturnType<typeof openTargetFile>> {
  const [files, stateDir] = await Promise.all([context.files(), context.stateDir()]);
  return openTargetFile(stateDir, files);
}

/** The target in words, with its preposition. */
export function placeOf({ planet }: Pick<Context, "planet">, { name }: Pick<Target, "name">): string {
  return name === "fly" ? "on Fly.io" : `on planet ${planet}`;
}

/** The target in force. @throws USAGE */
export async function targetOf(context: Context, flag: string | undefined): Promise<Target> {
  const stored = flag === undefined ? await (await targetFileOf(context)).read() : undefined;
  return chooseTarget({ flag, env: context.env, stored });
}

/** @throws TARGET_UNSUPPORTED, always */
export function planetOnly(): never {
  throw new AppError("TARGET_UNSUPPORTED", "Only a planet can do this, and the target is Fly.io", {
    suggestions: ["--target local", "hangar target use local"],
  });
}

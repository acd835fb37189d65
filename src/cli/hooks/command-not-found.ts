// Words that are no command: says which one was probably meant. Asks only where somebody can answer.
import type { Hook } from "@oclif/core";
import { AppError } from "../../errors/app-error.ts";
import { closestWords } from "../../errors/did-you-mean.ts";
import { hasFlag } from "../manifest.ts";

/** Exit status of oclif's own hook after a "no". */
const DECLINED = 127;

const commandNotFound: Hook<"command_not_found"> = async function (options) {
  const typed = options.id.replaceAll(":", " ");
  const known = options.config.commands.flatMap((command) =>
    command.hidden === true ? [] : [command.id, ...command.aliases],
  );
  const near = closestWords(
    typed,
    known.map((id) => id.replaceAll(":", " ")),
  );
  const argv = process.argv.slice(2);
  if (near.length > 0 && process.stdin.isTTY && process.stdout.isTTY && !hasFlag(argv, "--json")) {
    try {
      const { default: ask } = await import("@oclif/plugin-not-found");
      return await ask.call(this, options);
    } catch (error) {
      if (exitOf(error) !== DECLINED) throw error;
    }
  }
  const suggestions = typed.startsWith("-") ? ["put flags after the command"] : near.map((word) => `hangar ${word}`);
  throw new AppError("USAGE", `"${typed}" is not a command of hangar`, {
    suggestions: [...suggestions, "hangar help"],
  });
};

export default commandNotFound;

function exitOf(error: unknown): unknown {
  return error instanceof Error && "oclif" in error ? (error.oclif as { exit?: number }).exit : undefined;
}

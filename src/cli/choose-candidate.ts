import type { Candidate } from "../operations/launch/scan/detection.ts";
import type { Context } from "./context.ts";
import { renderCandidates } from "./present/launch-plan.ts";

/** Asks which of several programs of a repository is meant; undefined for no answer, or where nobody can be asked. */
export async function chooseCandidate(
  { terminal, signal }: Pick<Context, "terminal" | "signal">,
  candidates: readonly Candidate[],
): Promise<string | undefined> {
  if (!terminal.stdinIsTty || !terminal.stderrIsTty) return undefined;
  terminal.writeError(`${renderCandidates(candidates)}\n`);
  const { chooseNumber } = await import("./output/prompt.ts");
  const number = await chooseNumber("Which one?", candidates.length, { signal });
  return candidates[(number ?? 0) - 1]?.path;
}

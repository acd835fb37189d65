// A choice among several, asked on stderr by number.
import { AppError } from "../../errors/app-error.ts";

export interface ChooseOptions {
  readonly signal?: AbortSignal;
  readonly input?: NodeJS.ReadableStream;
  readonly output?: NodeJS.WritableStream;
}

/**
 * Which of the options the person wants, by its place. Asks until the answer is one of the numbers.
 * @throws CANCELLED at the end of the input
 */
export async function chooseOne(
  question: string,
  options: readonly string[],
  { signal, input = process.stdin, output = process.stderr }: ChooseOptions = {},
): Promise<number> {
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input, output });
  const ended = new Promise<undefined>((resolve) => lines.once("close", () => resolve(undefined)));
  output.write(`${question}\n${options.map((option, index) => `  ${index + 1}  ${option}`).join("\n")}\n`);
  try {
    for (;;) {
      const asked = lines.question(`Number (1-${options.length}): `, signal === undefined ? {} : { signal });
      const answer = await Promise.race([asked, ended]);
      if (answer === undefined) throw new AppError("CANCELLED", `Nothing was chosen: ${question}`);
      const number = Number(answer.trim());
      if (Number.isInteger(number) && number >= 1 && number <= options.length) return number - 1;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}

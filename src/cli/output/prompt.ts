// Questions to the person at the terminal, on stderr, so that stdout stays the result.
import { AppError } from "../../errors/app-error.ts";

export interface ConfirmOptions {
  /** Value of --yes: the answer was given beforehand. */
  readonly yes: boolean;
  /** Somebody can see the question and answer it: stdin and stderr are a terminal and --json was not given. */
  readonly interactive: boolean;
  readonly signal?: AbortSignal;
  readonly input?: NodeJS.ReadableStream;
  readonly output?: NodeJS.WritableStream;
}

/**
 * Whether the person agrees. Anything but y or yes is a no.
 * @throws CONFIRMATION_REQUIRED when nobody can answer.
 */
export async function confirm(question: string, options: ConfirmOptions): Promise<boolean> {
  if (options.yes) return true;
  if (!options.interactive) {
    throw new AppError("CONFIRMATION_REQUIRED", `Nobody can answer: ${question}`, {
      suggestions: ["pass --yes to agree"],
    });
  }
  return /^y(es)?$/iu.test(await ask(`${question} [y/N] `, options));
}

/** The number of one of `count` numbered things, counted from 1; undefined for any other answer. */
export async function chooseNumber(
  question: string,
  count: number,
  options: Omit<ConfirmOptions, "yes" | "interactive">,
): Promise<number | undefined> {
  const answer = await ask(`${question} [1-${count}] `, options);
  const number = /^\d{1,3}$/u.test(answer) ? Number(answer) : 0;
  return number >= 1 && number <= count ? number : undefined;
}

async function ask(text: string, options: Omit<ConfirmOptions, "yes" | "interactive">): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const { input = process.stdin, output = process.stderr, signal } = options;
  const lines = createInterface({ input, output });
  // The end of the input is a no; without this the question would stay open and the process would end with nothing said.
  const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
  try {
    const asked = lines.question(text, signal === undefined ? {} : { signal });
    return (await Promise.race([asked, ended])).trim();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}

/**
 * Asks for a secret, without showing what is typed.
 * @throws CONFIRMATION_REQUIRED when nobody can answer
 */
export async function askSecret(question: string, options: Omit<ConfirmOptions, "yes">): Promise<string> {
  if (!options.interactive) {
    throw new AppError("CONFIRMATION_REQUIRED", `Nobody can answer: ${question}`, {
      suggestions: ["pass --stdin to read it from standard input"],
    });
  }
  const [{ createInterface }, { Writable }] = await Promise.all([
    import("node:readline/promises"),
    import("node:stream"),
  ]);
  const { input = process.stdin, output = process.stderr, signal } = options;
  output.write(`${question} `);
  // readline echoes what is typed to its output: here it goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true });
  const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
  try {
    const asked = lines.question("", signal === undefined ? {} : { signal });
    return await Promise.race([asked, ended]);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    lines.close();
    output.write("\n");
  }
}

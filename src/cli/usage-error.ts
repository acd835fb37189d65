// What oclif's parser throws, in our own error model. Recognised by shape, so that oclif need not be loaded here.
import { AppError } from "../errors/app-error.ts";
import { closestWords } from "../errors/did-you-mean.ts";

/** The error as USAGE when oclif's parser or dispatch made it; undefined when it is something else. */
export function usageErrorOf(thrown: unknown, argv: readonly string[]): AppError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const message = cleanMessage(thrown.message);
  if (thrown instanceof AppError) {
    // A flag's own parser threw it and oclif has put a heading into its message.
    return message === thrown.message ? undefined : copyOf(thrown, message);
  }
  if (!("oclif" in thrown) || ("code" in thrown && thrown.code === "MODULE_NOT_FOUND")) return undefined;
  const help = `${["hangar", ...commandWords(argv)].join(" ")} --help`;
  return new AppError("USAGE", message, { suggestions: [...flagSuggestions(thrown), help] });
}

/** oclif's texts without what is layout or repeats the suggestions. */
function cleanMessage(message: string): string {
  return message
    .replace(/^Parsing --\S+ \n\t/, "")
    .replace(/\nSee more help with --help\s*$/, "")
    .trimEnd();
}

interface ParseFailure {
  readonly flags?: readonly string[];
  readonly parse?: { readonly input?: { readonly flags?: Readonly<Record<string, unknown>> } };
}

function flagSuggestions(thrown: Error): string[] {
  const { flags, parse } = thrown as ParseFailure;
  const known = Object.keys(parse?.input?.flags ?? {}).map((name) => `--${name}`);
  if (!Array.isArray(flags)) return [];
  return flags.flatMap((flag: unknown) => closestWords(String(flag), known).slice(0, 1)).map((flag) => `use ${flag}`);
}

function commandWords(argv: readonly string[]): string[] {
  const first = argv.findIndex((word) => word.startsWith("-"));
  return argv.slice(0, first === -1 ? 1 : Math.min(first, 1));
}

function copyOf(error: AppError, message: string): AppError {
  return new AppError(error.code, message, {
    suggestions: error.suggestions,
    cause: error.cause,
    ...(error.ref === undefined ? {} : { ref: error.ref }),
    ...(error.details === undefined ? {} : { details: error.details }),
  });
}

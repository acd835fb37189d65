// How a failure is shown: three lines on stderr, or one JSON value on stdout; and the exit status that goes with it.
import { AppError, asAppError } from "../errors/app-error.ts";
import { CATALOGUE } from "../errors/catalogue.ts";
import { exitStatusOf } from "../platform/signals.ts";
import { usageErrorOf } from "./usage-error.ts";
import { hasFlag } from "./manifest.ts";

export interface FailureOptions {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Shows what was thrown and returns the exit status. oclif's way of ending early (help, exit) shows nothing. */
export function showFailure(thrown: unknown, { argv, env }: FailureOptions): number {
  const quietExit = quietExitOf(thrown);
  if (quietExit !== undefined) return quietExit;
  const error = usageErrorOf(thrown, argv) ?? withReportHint(asAppError(thrown));
  const json = hasFlag(argv, "--json") || env["HANGAR_CONTENT_TYPE"]?.toLowerCase() === "json";
  if (json) process.stdout.write(`${JSON.stringify(failureJson(error), null, 2)}\n`);
  else process.stderr.write(failureText(error));
  if (isSet(env["HANGAR_DEBUG"])) process.stderr.write(`${traceOf(error)}\n`);
  return exitOf(error);
}

/** The value under --json; the same on every command. */
export function failureJson(error: AppError): { error: Record<string, unknown> } {
  const { code, message, suggestions, details } = error;
  return { error: { code, message, suggestions, ...(details === undefined ? {} : { details }) } };
}

/** The lines for people. */
export function failureText(error: AppError): string {
  const lines = [`Error: ${error.message}`, `Code: ${error.code}`];
  if (error.suggestions.length === 1) lines.push(`Try this: ${error.suggestions[0]}`);
  if (error.suggestions.length > 1)
    lines.push("Try this:", ...error.suggestions.map((suggestion) => `  * ${suggestion}`));
  if (error.ref !== undefined) lines.push(`Reference: ${error.ref}`);
  const cause = causeText(error);
  if (cause !== undefined) lines.push(`Caused by: ${cause}`);
  return `${lines.join("\n")}\n`;
}

/** The cause's message, where it says something that ours does not. */
function causeText(error: AppError): string | undefined {
  if (!(error.cause instanceof Error)) return undefined;
  const { message } = error.cause;
  return message === "" || error.message.includes(message) ? undefined : message;
}

function withReportHint(error: AppError): AppError {
  if (CATALOGUE[error.code].kind !== "bug" || error.suggestions.length > 0) return error;
  return new AppError(error.code, error.message, {
    suggestions: ["run it again with HANGAR_DEBUG=1 and report the output, with that of hangar doctor --json"],
    cause: error.cause ?? error,
    ...(error.details === undefined ? {} : { details: error.details }),
  });
}

function exitOf(error: AppError): number {
  const signal = error.code === "CANCELLED" ? error.details?.["signal"] : undefined;
  return typeof signal === "string" ? exitStatusOf(signal as NodeJS.Signals) : CATALOGUE[error.code].exit;
}

function quietExitOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown) || thrown.code !== "EEXIT") return undefined;
  return "oclif" in thrown ? ((thrown.oclif as { exit?: number }).exit ?? 0) : 0;
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.stack, ...(error.cause === undefined ? [] : [`caused by ${traceOf(error.cause)}`])].join("\n");
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0";
}

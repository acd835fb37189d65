// The one error class. oclif renders it by shape (message, code, suggestions, ref, oclif.exit) without being imported.
import { CATALOGUE, type ErrorCode } from "./catalogue.ts";

export interface AppErrorOptions {
  /** Commands or actions the user can take next, ready to be pasted. */
  readonly suggestions?: readonly string[];
  readonly ref?: string;
  readonly cause?: unknown;
  /** Facts for machines: shown under `error.details` with --json and on the wire. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * A failure with a stable code. The message says what happened and to what, without a full stop.
 * @example throw new AppError("REGION_UNKNOWN", `Region "xyz" does not exist`, { suggestions: ["hangar regions"] })
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly suggestions: readonly string[];
  readonly ref: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** Read by oclif's top-level handler; the only thing here that knows a command line exists. */
  readonly oclif: { readonly exit: number };

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Error"; // oclif prints the name as the prefix
    this.code = code;
    this.suggestions = options.suggestions ?? [];
    this.ref = options.ref;
    this.details = options.details;
    this.oclif = { exit: CATALOGUE[code].exit };
  }
}

/** The AppError that a caught value is, or stands for: anything unknown is INTERNAL with the value as its cause. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError("INTERNAL", message, { cause: thrown });
}

/** The body that stands for an error on the wire and under --json. */
export interface ErrorBody {
  readonly error: string;
  readonly code: ErrorCode;
  readonly suggestions: readonly string[];
  readonly details?: Readonly<Record<string, unknown>>;
}

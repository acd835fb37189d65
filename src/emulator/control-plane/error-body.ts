// Pure: what control answers where it refuses.
import type { AppError } from "../../errors/app-error.ts";

/** What the platform answers from another place, with other words for who may not. */
const OTHER_UPSTREAM = /^\/v1\/apps\/[^/]+\/(?:certificates|ip_assignments)(?:\/|$)/;

/** The body of an error. What is not meant for the caller is not in it. */
export function errorBody(error: AppError, path: string): Record<string, unknown> {
  const message = error.code === "INTERNAL" ? "internal server error" : error.message;
  const status = error.details?.["status"];
  return {
    error: message,
    code: error.code,
    suggestions: error.suggestions,
    ...(typeof status === "string" ? { status } : {}),
    ...(error.details === undefined ? {} : { details: error.details }),
    ...(error.code === "UNAUTHORIZED" && OTHER_UPSTREAM.test(path)
      ? { error: "Unauthorized", message: "Unauthorized" }
      : {}),
  };
}

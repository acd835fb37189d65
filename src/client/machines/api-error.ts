// Answers of the API that are no success, as the AppError that they stand for: by a planet's own codes where there are
// some, else by the platform's texts and statuses.
import { AppError } from "../../errors/app-error.ts";
import { type ErrorCode, isErrorCode } from "../../errors/catalogue.ts";

/** What an error body may hold. */
export interface ErrorAnswer {
  readonly message?: string;
  readonly code?: ErrorCode;
  readonly suggestions: readonly string[];
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What a status stands for where the body says nothing more. */
export const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: "REQUEST_INVALID",
  401: "UNAUTHORIZED",
  403: "UNAUTHORIZED",
  404: "NOT_FOUND",
  408: "DEADLINE",
  409: "CONFLICT",
  412: "MACHINE_STATE",
  413: "REQUEST_TOO_LARGE",
  422: "REQUEST_INVALID",
  429: "RATE_LIMITED",
};

/** Texts of the platform that say more than their status does. */
const CODE_OF_TEXT: readonly (readonly [RegExp, ErrorCode])[] = [
  [/lease currently held by/i, "LEASE_HELD"],
  [/name has already been taken|^name_taken/i, "APP_NAME_TAKEN"],
  [/lease not found/i, "LEASE_NOT_FOUND"],
  [/machine not found/i, "MACHINE_NOT_FOUND"],
  [/volume not found/i, "VOLUME_NOT_FOUND"],
  [/could not find app|app not found/i, "APP_NOT_FOUND"],
  [/could not reserve resource|insufficient resources/i, "CONFLICT"],
];

const SUGGESTIONS: Partial<Readonly<Record<ErrorCode, readonly string[]>>> = {
  LEASE_HELD: ["hangar machine leases view", "wait for the lease to end, or: hangar machine leases clear"],
  RATE_LIMITED: ["wait a minute and run the command again"],
  MACHINE_NOT_FOUND: ["hangar machine list"],
  VOLUME_NOT_FOUND: ["hangar volumes list"],
  APP_NOT_FOUND: ["hangar apps list"],
};

/** Reads an error body, whatever it is: JSON of the platform or of a planet, or plain text. */
export function readErrorAnswer(body: string): ErrorAnswer {
  let parsed: Readonly<Record<string, unknown>> = {};
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null) parsed = value as Readonly<Record<string, unknown>>;
  } catch {
    // Plain text: unknown paths, and proxies on the way.
  }
  const message = [parsed["message"], parsed["error"]].find((text) => typeof text === "string" && text !== "");
  const { code, suggestions, details } = parsed;
  return {
    ...(typeof message === "string" ? { message } : {}),
    ...(isErrorCode(code) ? { code } : {}),
    suggestions: Array.isArray(suggestions) ? suggestions.filter((text) => typeof text === "string") : [],
    ...(typeof details === "object" && details !== null ? { details: details as Record<string, unknown> } : {}),
  };
}

/** The error for an answer. @param path without its query, for the message where the answer has none */
export function apiErrorOf(status: number, body: string, method: string, path: string): AppError {
  const answer = readErrorAnswer(body);
  const message = answer.message ?? `${method} ${path} was answered with ${status}${shortText(body)}`;
  // CONFLICT is true of many things; the text says of which.
  const isPlain = answer.code === undefined || answer.code === "CONFLICT";
  const code = isPlain ? codeOf(status, message, path) : (answer.code ?? "INTERNAL");
  return new AppError(code, message, {
    suggestions: answer.suggestions.length > 0 ? answer.suggestions : (SUGGESTIONS[code] ?? []),
    ...(answer.details === undefined ? {} : { details: answer.details }),
  });
}

function codeOf(status: number, message: string, path: string): ErrorCode {
  const byText = CODE_OF_TEXT.find(([text]) => text.test(message))?.[1];
  if (byText !== undefined) return byText;
  if (status === 404 && /^\/v1\/apps\/[^/]+(?:\/machines|\/volumes|\/secrets)?$/.test(path)) return "APP_NOT_FOUND";
  return CODE_OF_STATUS[status] ?? "UNREACHABLE";
}

/** What people can use of a body that is not ours; pages of proxies say nothing. */
function shortText(body: string): string {
  const text = body.trim();
  return text === "" || text.startsWith("<") ? "" : `: ${text.slice(0, 200)}`;
}

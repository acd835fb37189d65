// Pure: the bodies of answers that the edge gives itself, where the platform's own would leave a person guessing. Errors
// about machines have no body, as on the platform.
import type { ErrorBody } from "../../errors/app-error.ts";
import type { Entry } from "./entry-region.ts";

export interface EdgeError {
  readonly status: number;
  /** JSON, or "". */
  readonly body: string;
}

function edgeError(status: number, body: ErrorBody): EdgeError {
  return { status, body: `${JSON.stringify(body)}\n` };
}

/** The answer to a request whose host name or client region leads nowhere. */
export function explainEntry(entry: Exclude<Entry, { kind: "entered" }>): EdgeError {
  if (entry.kind === "unknown-host") {
    return edgeError(404, {
      error: `The host name "${entry.host}" leads to no app: it has to be <app>.localhost, <region>.<app>.localhost, <app>.fly.dev or <region>.<app>.fly.dev`,
      code: "APP_NOT_FOUND",
      suggestions: ["hangar apps list"],
    });
  }
  const { region, retired, suggestions } = entry;
  return edgeError(400, {
    error: retired ? `The region "${region}" is no longer there` : `There is no region "${region}"`,
    code: "REGION_UNKNOWN",
    suggestions: [...(suggestions.length > 0 ? [`Did you mean ${suggestions.join(" or ")}?`] : []), "hangar regions"],
  });
}

/** The answer to a request for an app that is not on the planet. */
export function explainUnknownApp(app: string): EdgeError {
  return edgeError(404, {
    error: `Could not find App "${app}"`,
    code: "APP_NOT_FOUND",
    suggestions: ["hangar apps list"],
  });
}

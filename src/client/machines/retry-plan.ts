// Pure: what to do after a request that did not succeed. A change is sent again only where that cannot make it twice.

/** How an attempt ended, other than with an answer that counts. */
export type Attempt =
  | { readonly kind: "answer"; readonly status: number; readonly retryAfterMs?: number | undefined }
  /** The connection broke after the request may have left. */
  | { readonly kind: "lost" }
  /** The name could not be looked up for the moment: nothing was sent. */
  | { readonly kind: "unsent" };

export interface RetryState {
  /** Attempts so far, this one among them. */
  readonly attempts: number;
  /** Milliseconds waited so far because the API asked for it. */
  readonly waitedMs: number;
  /** Whether a second request with the same content changes nothing more than the first. */
  readonly repeatable: boolean;
  /** From 0 up to 1. */
  readonly random: number;
}

const MAX_ATTEMPTS = 3;
const MAX_REFUSALS = 10;
const LONGEST_WAIT_MS = 60_000;
const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 1_000;
const MAYBE_DONE = new Set([502, 503, 504]);

/** Milliseconds to wait before the next attempt; undefined where there should be none. */
export function planRetry(attempt: Attempt, state: RetryState): number | undefined {
  if (attempt.kind === "answer" && attempt.status === 429) {
    // Refused before anything was done, so that every method can be sent again.
    const afterMs = attempt.retryAfterMs ?? backoffMs(state);
    return state.attempts < MAX_REFUSALS && state.waitedMs + afterMs <= LONGEST_WAIT_MS ? afterMs : undefined;
  }
  if (state.attempts >= MAX_ATTEMPTS) return undefined;
  if (attempt.kind === "unsent") return backoffMs(state);
  if (!state.repeatable) return undefined;
  if (attempt.kind === "lost") return backoffMs(state);
  if (!MAYBE_DONE.has(attempt.status)) return undefined;
  const afterMs = attempt.retryAfterMs ?? backoffMs(state);
  return afterMs <= LONGEST_WAIT_MS ? afterMs : undefined;
}

/** Whether nobody knows if the request was carried out. */
export function isOutcomeUnknown(attempt: Attempt): boolean {
  return attempt.kind === "lost" || (attempt.kind === "answer" && MAYBE_DONE.has(attempt.status));
}

/** Milliseconds that a Retry-After header asks for: seconds, or a date. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  if (/^\s*\d+(?:\.\d+)?\s*$/.test(header)) return Math.ceil(Number(header) * 1_000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

function backoffMs({ attempts, random }: RetryState): number {
  const full = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempts - 1));
  return Math.round(full / 2 + (full / 2) * random);
}

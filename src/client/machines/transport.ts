// One request of the Machines API with all that belongs to it: the token, a deadline, what is sent again and when, errors
// by their codes, and the answer checked against its schema.
import { type z } from "zod";
import { AppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { HttpAnswer, HttpFetch } from "../../platform/http-fetch.ts";
import { apiErrorOf, readErrorAnswer } from "./api-error.ts";
import { authorizationOf } from "./authorization.ts";
import { type Attempt, isOutcomeUnknown, planRetry, retryAfterMs } from "./retry-plan.ts";

export interface TransportOptions {
  /** Scheme, host and port, e.g. https://api.machines.dev */
  readonly baseUrl: string;
  readonly token: string;
  /** The value of the Authorization header, where it is not the one that follows from the token. */
  readonly authorization?: string;
  readonly fetch: HttpFetch;
  readonly clock: Pick<Clock, "now" | "sleep">;
  readonly signal?: AbortSignal;
  /** Milliseconds that an ordinary request may take. */
  readonly timeoutMs?: number;
  readonly userAgent?: string;
  /** A number from 0 up to 1 that spreads repeated requests of several clients. */
  readonly random?: () => number;
  /** What to do where nothing answers at the base URL. */
  readonly unreachableSuggestions?: readonly string[];
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** From /v1 on; its parts are escaped. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly body?: unknown;
  /** Nonce of the lease of the machine. */
  readonly nonce?: string | undefined;
  /** Whether a second request changes nothing more; by default all but POST. */
  readonly repeatable?: boolean;
  /** Milliseconds; for requests that wait by themselves. */
  readonly timeoutMs?: number;
}

/** Sends requests. @throws UNREACHABLE, OUTCOME_UNKNOWN, DEADLINE, RATE_LIMITED, UNAUTHORIZED and what the API says */
export interface Transport {
  send(request: ApiRequest): Promise<void>;
  fetch<Schema extends z.ZodType>(request: ApiRequest, schema: Schema): Promise<z.infer<Schema>>;
  /** The body of an answer as it comes, without a deadline: until it ends, breaks (UNREACHABLE) or the signal fires. Asked for once. */
  open(request: Pick<ApiRequest, "path" | "query">, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

const DEFAULT_TIMEOUT_MS = 60_000;

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

/** A transport to one API. Makes no request by itself. */
export function createTransport(options: TransportOptions): Transport {
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const headers = {
    authorization: options.authorization ?? authorizationOf(options.token),
    ...(options.userAgent === undefined ? {} : { "user-agent": options.userAgent }),
  };

  const attempt = async (request: ApiRequest, url: string): Promise<Answer> => {
    const deadline = AbortSignal.timeout(request.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
    const response = await options.fetch(url, {
      method: request.method,
      headers: {
        ...headers,
        ...(request.nonce === undefined ? {} : { "fly-machine-lease-nonce": request.nonce }),
        ...(request.body === undefined ? {} : { "content-type": "application/json" }),
      },
      signal,
      redirect: "error",
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    return { status: response.status, text: await response.text(), retryAfter: response.headers.get("retry-after") };
  };

  const perform = async (request: ApiRequest): Promise<string> => {
    const url = `${baseUrl}${request.path}${queryOf(request.query)}`;
    const repeatable = request.repeatable ?? request.method !== "POST";
    let waitedMs = 0;
    for (let attempts = 1; ; attempts += 1) {
      let failed: Attempt;
      let error: AppError;
      try {
        const answer = await attempt(request, url);
        if (answer.status >= 200 && answer.status < 300) return answer.text;
        // What an earlier attempt has destroyed already is gone, as it was asked to be.
        if (request.method === "DELETE" && answer.status === 404 && attempts > 1) return "";
        error = apiErrorOf(answer.status, answer.text, request.method, request.path);
        // An error with a code of ours was made by the API itself and not on the way: there is nothing unknown about it.
        if (answer.status !== 429 && readErrorAnswer(answer.text).code !== undefined) throw error;
        failed = {
          kind: "answer",
          status: answer.status,
          retryAfterMs: retryAfterMs(answer.retryAfter, options.clock.now()),
        };
      } catch (cause) {
        options.signal?.throwIfAborted();
        if (cause instanceof AppError) throw cause;
        if (isConnectionRefused(cause)) throw unreachable(baseUrl, cause, options);
        if (isTimeout(cause)) throw unanswered(request, baseUrl, repeatable, cause, options);
        failed = { kind: isNeverSent(cause) ? "unsent" : "lost" };
        error = unreachable(baseUrl, cause, options);
      }
      const afterMs = planRetry(failed, { attempts, waitedMs, repeatable, random: options.random?.() ?? 0.5 });
      if (afterMs === undefined) throw !repeatable && isOutcomeUnknown(failed) ? outcomeUnknown(request, error) : error;
      waitedMs += afterMs;
      await options.clock.sleep(afterMs, options.signal);
    }
  };

  return {
    send: async (request) => void (await perform(request)),
    fetch: async (request, schema) => parseAnswer(await perform(request), schema, request),
    open: async ({ path, query }, signal) => {
      const ended = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]);
      let response: HttpAnswer;
      try {
        response = await options.fetch(`${baseUrl}${path}${queryOf(query)}`, {
          headers,
          signal: ended,
          redirect: "error",
        });
      } catch (cause) {
        ended.throwIfAborted();
        throw unreachable(baseUrl, cause, options);
      }
      if (!response.ok) throw apiErrorOf(response.status, await response.text(), "GET", path);
      return unbroken(response.body ?? noBytes(), ended, (cause) => unreachable(baseUrl, cause, options));
    },
  };
}

/** The bytes of an answer; where they break off, the signal's reason or the error that is made of what broke them. */
async function* unbroken(
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  lost: (cause: unknown) => AppError,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (cause) {
    signal.throwIfAborted();
    throw lost(cause);
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  // An answer without a body.
}

function queryOf(query: ApiRequest["query"] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [value])
      parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

/** The answer as its schema has it. The platform writes null where the specification leaves a key out. */
function parseAnswer<Schema extends z.ZodType>(text: string, schema: Schema, request: ApiRequest): z.infer<Schema> {
  const refuse = (cause: unknown): AppError =>
    new AppError(
      "UNREACHABLE",
      `${request.method} ${request.path} was answered with something that is not of the API`,
      {
        cause,
      },
    );
  let value: unknown;
  try {
    value = JSON.parse(text, (_key, one: unknown) => (one === null ? undefined : one));
  } catch (cause) {
    throw refuse(cause);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw refuse(parsed.error);
  return parsed.data;
}

function unreachable(baseUrl: string, cause: unknown, { unreachableSuggestions = [] }: TransportOptions): AppError {
  return new AppError("UNREACHABLE", `${baseUrl} does not answer`, { cause, suggestions: unreachableSuggestions });
}

function unanswered(
  request: ApiRequest,
  baseUrl: string,
  repeatable: boolean,
  cause: unknown,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: TransportOptions,
): AppError {
  const error = new AppError(
    "DEADLINE",
    `${baseUrl} did not answer within ${(request.timeoutMs ?? timeoutMs) / 1_000} s`,
    { cause },
  );
  return repeatable ? error : outcomeUnknown(request, error);
}

function outcomeUnknown({ method, path }: ApiRequest, cause: AppError): AppError {
  return new AppError("OUTCOME_UNKNOWN", `${method} ${path} was sent, and its answer was lost`, {
    cause,
    suggestions: ["look whether it was done before you run the command again"],
  });
}

function codeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  const inner = cause instanceof AggregateError ? (cause.errors[0] as unknown) : cause;
  return [inner, error].map((one) => (one as { code?: unknown } | undefined)?.code).find((code) => code !== undefined);
}

function isConnectionRefused(error: unknown): boolean {
  return codeOf(error) === "ECONNREFUSED" || codeOf(error) === "ENOTFOUND";
}

function isNeverSent(error: unknown): boolean {
  return codeOf(error) === "EAI_AGAIN" || codeOf(error) === "UND_ERR_CONNECT_TIMEOUT";
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

// The one function that turns what dockerode throws into an AppError. Status codes and system error codes decide;
// text only where the engine gives nothing else, with recorded answers in test/fixtures/docker-errors.json.
import { AppError } from "../../../errors/app-error.ts";
import type { ErrorCode } from "../../../errors/catalogue.ts";

const PLAIN_SUGGESTIONS = ["start Docker (Docker Desktop, or: sudo systemctl start docker)", "hangar doctor"];

/** What the user can do about a connection that failed with a system error code. */
const UNAVAILABLE: Readonly<Record<string, readonly string[]>> = {
  ENOENT: PLAIN_SUGGESTIONS,
  ECONNREFUSED: PLAIN_SUGGESTIONS,
  EACCES: ['sudo usermod -aG docker "$USER", then log in again', "hangar doctor"],
  EPERM: ['sudo usermod -aG docker "$USER", then log in again', "hangar doctor"],
  ECONNRESET: PLAIN_SUGGESTIONS,
  EPIPE: PLAIN_SUGGESTIONS,
  ETIMEDOUT: ["check DOCKER_HOST and the current docker context", "hangar doctor"],
  ENOTFOUND: ["check DOCKER_HOST and the current docker context", "hangar doctor"],
  EAI_AGAIN: ["check DOCKER_HOST and the current docker context", "hangar doctor"],
  EHOSTUNREACH: ["check DOCKER_HOST and the current docker context", "hangar doctor"],
  ENETUNREACH: ["check DOCKER_HOST and the current docker context", "hangar doctor"],
  ERR_STREAM_PREMATURE_CLOSE: PLAIN_SUGGESTIONS,
};

interface TextRule {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly suggestions: readonly string[];
}

/** Engines answer 400, 403 or 500 for all of these; only the text tells them apart. First match wins. */
const TEXT_RULES: readonly TextRule[] = [
  {
    pattern: /port is already allocated|listen (?:tcp|udp)\S* .*address already in use|failed to bind (?:host )?port/i,
    code: "PORT_TAKEN",
    suggestions: ["stop the program that uses the port, or choose another port", "hangar doctor"],
  },
  { pattern: /no space left on device/i, code: "DISK_FULL", suggestions: ["docker system df", "docker system prune"] },
  { pattern: /\/dev\/net\/tun/i, code: "TUN_UNAVAILABLE", suggestions: ["sudo modprobe tun", "hangar doctor"] },
  {
    pattern:
      /pool overlaps with other one|overlaps with (?:an )?(?:existing|other)|conflicts with (?:an )?(?:existing )?network/i,
    code: "ADDRESS_CLASH",
    suggestions: ["docker network ls", "hangar doctor"],
  },
  {
    pattern: /no such image|manifest (?:for .* not found|unknown)|repository does not exist|pull access denied/i,
    code: "IMAGE_NOT_FOUND",
    suggestions: ["docker images"],
  },
  { pattern: /address already in use$|has active endpoints/i, code: "CONFLICT", suggestions: [] },
  {
    pattern:
      /exec(?:ve)?:? .*(?:no such file or directory|executable file not found|permission denied|exec format error)/i,
    code: "MACHINE_START_FAILED",
    suggestions: [],
  },
  {
    pattern: /client version \S+ is too (?:new|old)/i,
    code: "DOCKER_TOO_OLD",
    suggestions: ["install Docker Engine 20.10 or newer"],
  },
];

/** The engine's HTTP status in a thrown value; undefined when there was no answer. */
export function statusOf(thrown: unknown): number | undefined {
  if (typeof thrown !== "object" || thrown === null) return undefined;
  if (thrown instanceof AppError)
    return typeof thrown.details?.["statusCode"] === "number" ? thrown.details["statusCode"] : undefined;
  const status = (thrown as { statusCode?: unknown }).statusCode;
  return typeof status === "number" ? status : undefined;
}

/** The engine's own sentence in a thrown value. */
export function textOf(thrown: unknown): string {
  const json = typeof thrown === "object" && thrown !== null ? (thrown as { json?: unknown }).json : undefined;
  const sentence = typeof json === "object" && json !== null ? (json as { message?: unknown }).message : undefined;
  if (typeof sentence === "string") return sentence.trim();
  // for streamed answers dockerode gives the sentence only inside a message of its own
  return (thrown instanceof Error ? thrown.message : String(thrown)).replace(/^\(HTTP code \d+\) .*? - /, "").trim();
}

/**
 * The AppError for what the engine, or the connection to it, threw.
 * @param doing what was asked of it, as in `create container "x"`
 * @param endpoint where the engine was looked for, for people
 */
export function engineError(doing: string, thrown: unknown, endpoint: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const statusCode = statusOf(thrown);
  const text = textOf(thrown);
  if (statusCode === undefined) {
    const code = (thrown as { code?: unknown } | null)?.code;
    const suggestions = typeof code === "string" ? UNAVAILABLE[code] : undefined;
    if (suggestions !== undefined) {
      return new AppError("DOCKER_UNAVAILABLE", `No Docker engine answers at ${endpoint} (${String(code)})`, {
        suggestions,
        cause: thrown,
        details: { endpoint, reason: code },
      });
    }
  }
  const details = { ...(statusCode === undefined ? {} : { statusCode }), engine: text };
  const message = `Docker could not ${doing}: ${text}`;
  if (statusCode === 409) return new AppError("CONFLICT", message, { cause: thrown, details });
  const rule = TEXT_RULES.find(({ pattern }) => pattern.test(text));
  return new AppError(rule?.code ?? "DOCKER_FAILED", message, {
    suggestions: rule?.suggestions ?? [],
    cause: thrown,
    details,
  });
}

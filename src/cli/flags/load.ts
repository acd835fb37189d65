import type { LoadInput } from "../../operations/load/run-load.ts";
import { MAX_DURATION_MS, MAX_RPS } from "../../operations/load/schedule.ts";
import { methodOf, parseHeader } from "../../operations/curl/request-parts.ts";
import { Flags } from "../oclif.ts";
import { timeMs } from "./time.ts";
import { requestFlags } from "./request.ts";

/** What a load sends, how much of it and for how long. */
export const loadFlags = {
  rps: Flags.integer({
    summary: `Requests per second of all cities together; at most ${MAX_RPS}`,
    helpValue: "N",
    min: 1,
    max: MAX_RPS,
    default: 50,
  }),
  duration: Flags.string({
    summary: `How long to send: 30s, 2m, or a number of seconds; at most ${MAX_DURATION_MS / 60_000}m`,
    helpValue: "TIME",
    default: "10s",
  }),
  svg: Flags.string({ summary: "Write the distribution of each city's latencies as a picture", helpValue: "FILE" }),
  method: requestFlags.method,
  header: requestFlags.header,
  data: requestFlags.data,
  timeout: Flags.integer({
    summary: "Seconds after which a request counts as failed",
    helpValue: "S",
    min: 1,
    max: 60,
    default: 10,
  }),
};

export interface LoadFlags {
  readonly rps: number;
  readonly duration: string;
  readonly method?: string | undefined;
  readonly header?: string[] | undefined;
  readonly data?: string | undefined;
  /** Seconds. */
  readonly timeout: number;
}

/**
 * What the flags ask to be sent.
 * @throws USAGE
 */
export function loadOf(flags: LoadFlags): Omit<LoadInput, "from" | "host" | "path" | "tls"> {
  return {
    rps: flags.rps,
    durationMs: timeMs(flags.duration, "duration") ?? 0,
    method: methodOf(flags.method, flags.data),
    headers: (flags.header ?? []).map(parseHeader),
    body: flags.data,
    timeoutMs: flags.timeout * 1_000,
  };
}

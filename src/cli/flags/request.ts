import type { MeasureCitiesInput } from "../../operations/curl/measure-cities.ts";
import { methodOf, parseHeader, samplesOf } from "../../operations/curl/request-parts.ts";
import { Flags } from "../oclif.ts";

const KEPT_BODY_BYTES = 1024 * 1024;

/** The request itself in the words of curl, and how often it is sent. */
export const requestFlags = {
  method: Flags.string({ char: "X", summary: "Method; GET, or POST with --data", helpValue: "METHOD" }),
  header: Flags.string({
    char: "H",
    summary: "A header to send; may be repeated",
    helpValue: "'NAME: VALUE'",
    multiple: true,
    multipleNonGreedy: true,
  }),
  data: Flags.string({ char: "d", summary: "Body to send, as given", helpValue: "DATA" }),
  samples: Flags.integer({
    summary: "Requests per city; the median is shown (5 for GET and HEAD, else 1)",
    helpValue: "N",
    min: 1,
    max: 1_000,
  }),
  body: Flags.boolean({ summary: "Print the body of each response too", default: false }),
  trace: Flags.boolean({ summary: "Show how the edge decided: candidates, choice, wakes, replays", default: false }),
  timeout: Flags.integer({ summary: "Seconds to wait for each response", helpValue: "S", min: 1, default: 30 }),
};

export interface RequestFlags {
  readonly method?: string | undefined;
  readonly header?: string[] | undefined;
  readonly data?: string | undefined;
  readonly samples?: number | undefined;
  readonly body: boolean;
  readonly trace: boolean;
  /** Seconds. */
  readonly timeout: number;
}

/**
 * What the flags ask to be sent.
 * @throws USAGE
 */
export function requestOf(flags: RequestFlags): Omit<MeasureCitiesInput, "from" | "host" | "path"> {
  const method = methodOf(flags.method, flags.data);
  return {
    method,
    headers: (flags.header ?? []).map(parseHeader),
    body: flags.data,
    samples: samplesOf(flags.samples, method),
    timeoutMs: flags.timeout * 1_000,
    explain: flags.trace,
    keepBytes: flags.body ? KEPT_BODY_BYTES : 0,
  };
}

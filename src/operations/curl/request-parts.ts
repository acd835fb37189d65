// Pure: the parts of a request from what a person typed.
import { AppError } from "../../errors/app-error.ts";

export type Header = readonly [name: string, value: string];

/** Set by the command itself; a second value would ask for something else. */
const OWN = new Set(["hangar-client-region", "hangar-trace", "content-length", "connection", "transfer-encoding"]);

/**
 * Reads `Name: value`.
 * @throws USAGE
 */
export function parseHeader(text: string): Header {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new AppError("USAGE", `"${text}" is no header`, { suggestions: ["--header 'Name: value'"] });
  if (OWN.has(name.toLowerCase())) throw new AppError("USAGE", `The header ${name} is set by hangar curl itself`);
  return [name, value.trimEnd()];
}

export interface RequestHeadersInput {
  readonly host: string;
  readonly region: string;
  readonly given: readonly Header[];
  readonly hasBody: boolean;
  /** The edge is asked for its reasons too. */
  readonly explain?: boolean;
}

/** All headers but those of the framing; what was given comes before our defaults. */
export function requestHeaders({ host, region, given, hasBody, explain = false }: RequestHeadersInput): Header[] {
  const defaults: Header[] = [
    ["host", host],
    ["user-agent", "hangar-curl"],
    ["accept", "*/*"],
    ...(hasBody ? [["content-type", "application/x-www-form-urlencoded"] as const] : []),
  ];
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  return [
    ...defaults.filter(([name]) => !names.has(name)),
    ...given,
    ["hangar-client-region", region],
    ["hangar-trace", explain ? "full" : "1"],
  ];
}

/**
 * The method of a request: as with curl, a body makes it a POST.
 * @throws USAGE
 */
export function methodOf(given: string | undefined, data: string | undefined): string {
  const method = given ?? (data === undefined ? "GET" : "POST");
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method) || method === "CONNECT")
    throw new AppError("USAGE", `"${method}" is no method that can be sent`);
  return method;
}

/** Requests per city: several where repeating one changes nothing. */
export function samplesOf(given: number | undefined, method: string): number {
  return given ?? (method === "GET" || method === "HEAD" ? 5 : 1);
}

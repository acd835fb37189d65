// The parser inside Node.js (llhttp, maintained by the Node.js project) as a second opinion on where a message ends. It is
// reached as node:http itself reaches it; its position and its callbacks are what node:http would act on.
import { createRequire } from "node:module";

interface Binding {
  initialize(type: number, resource: object, maxHeaderBytes: number, lenient: number): void;
  execute(bytes: Buffer): number | (Error & { readonly code: string });
  finish(): unknown;
  [callback: number]: unknown;
}

interface BindingClass {
  new (): Binding;
  readonly REQUEST: number;
  readonly RESPONSE: number;
  readonly kOnHeaders: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
  readonly kLenientNone: number;
}

const MAX_HEADER_BYTES = 128 * 1024;
/** What the headers callback returns: go on, or there is no body whatever the fields say. */
const GO_ON = 0;
const NO_BODY = 1;

/** What llhttp has to say about the bytes that it was given. */
export interface Verdict {
  /** The code of its refusal. */
  error: string | undefined;
  /** Heads and messages that it has seen the end of. */
  heads: number;
  messages: number;
  body: string;
  /** Flat: name, value, name, value …; of the first message. */
  fields: string[];
  /** Of the first message, for responses. */
  status: number;
}

export interface Llhttp {
  /** Begins a new connection. @param answersHead the response is one to HEAD */
  begin(kind: "request" | "response", answersHead?: boolean): Verdict;
  /** Gives it more bytes; the verdict is updated. */
  feed(bytes: Buffer): void;
}

export const LLHTTP_VERSION = process.versions["llhttp"] ?? "unknown";

export function createLlhttp(): Llhttp {
  const { HTTPParser } = createRequire(import.meta.url)("_http_common") as { HTTPParser: BindingClass };
  const parser = new HTTPParser();
  let verdict: Verdict = emptyVerdict();
  let noBody = false;
  parser[HTTPParser.kOnHeaders] = (fields: string[]) => {
    if (verdict.messages === 0) verdict.fields.push(...fields);
  };
  parser[HTTPParser.kOnHeadersComplete] = (
    ...[, , fields, , , status]: [number, number, string[] | undefined, number, string, number]
  ) => {
    verdict.heads += 1;
    if (verdict.messages === 0) {
      if (fields !== undefined) verdict.fields.push(...fields);
      verdict.status = status;
    }
    return noBody ? NO_BODY : GO_ON;
  };
  parser[HTTPParser.kOnBody] = (bytes: Buffer) => {
    if (verdict.messages === 0) verdict.body += bytes.toString("latin1");
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    verdict.messages += 1;
  };
  return {
    begin: (kind, answersHead = false) => {
      verdict = emptyVerdict();
      noBody = answersHead;
      const type = kind === "request" ? HTTPParser.REQUEST : HTTPParser.RESPONSE;
      parser.initialize(type, {}, MAX_HEADER_BYTES, HTTPParser.kLenientNone);
      return verdict;
    },
    feed: (bytes) => {
      const result = parser.execute(bytes);
      if (typeof result !== "number") verdict.error ??= result.code;
    },
  };
}

function emptyVerdict(): Verdict {
  return { error: undefined, heads: 0, messages: 0, body: "", fields: [], status: 0 };
}

// Pure: whether and how a response is compressed on its way to the client (statements CE-01 to CE-04).
import type { Coding } from "./http1/body-encoder.ts";
import { FIELD } from "./http1/field-names.ts";
import type { Head } from "./http1/head.ts";

/** In the platform's order of preference. */
const CODINGS: readonly Coding[] = ["zstd", "br", "gzip", "deflate"];

/** Below this the coding costs more than it saves (undocumented). */
const MIN_BYTES = 256;
/** What shrinks (undocumented). Event streams are left alone: a coding would hold events back. */
const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|xml|javascript|ecmascript|wasm|graphql|manifest)|application\/x-javascript|image\/svg\+xml|font\/(?:ttf|otf))/i;

/** The coding that the client likes and the platform prefers, or undefined. */
export function negotiateCoding(acceptEncoding: string): Coding | undefined {
  const accepted = new Map<string, number>();
  for (const part of acceptEncoding.toLowerCase().split(",")) {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim());
    const quality = parameters.find((text) => text.startsWith("q="))?.slice(2);
    accepted.set(name, quality === undefined ? 1 : Number(quality));
  }
  const others = accepted.get("*") ?? 0;
  return CODINGS.find((coding) => (accepted.get(coding) ?? others) > 0);
}

/** The coding for a response, or undefined where it passes as it is. @param acceptEncoding of the request, if it had one */
export function codingFor(acceptEncoding: string | undefined, head: Head, bytes: Buffer): Coding | undefined {
  if (acceptEncoding === undefined || head.has(FIELD.contentEncoding)) return undefined;
  if (head.status === 206 || head.status < 200 || (head.contentLength >= 0 && head.contentLength < MIN_BYTES))
    return undefined;
  return shrinks(head.valueOf(bytes, FIELD.contentType) ?? "") ? negotiateCoding(acceptEncoding) : undefined;
}

let lastType = "";
let lastShrinks = false;

/** Apps answer with few types. */
function shrinks(contentType: string): boolean {
  if (contentType !== lastType) {
    lastType = contentType;
    lastShrinks = COMPRESSIBLE.test(contentType);
  }
  return lastShrinks;
}

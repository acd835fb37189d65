// A file of a machine as an answer: with a tag that names its content, and piece by piece where it is large.
import { createHash } from "node:crypto";
import type { FoundFile } from "../../runtime/container-runtime.ts";

/** Smaller ones are read at once, and their tag is made of their content. */
const MAX_WHOLE_BYTES = 1024 * 1024;

/** Of larger ones size and time stand for the content, as with most file servers. */
export async function fileAnswer({ bytes, modifiedMs, content }: FoundFile): Promise<Response> {
  const headers = (tag: string): Record<string, string> => ({
    "content-type": "application/octet-stream",
    "content-length": String(bytes),
    etag: `"${tag}"`,
  });
  if (bytes > MAX_WHOLE_BYTES)
    return new Response(ReadableStream.from(content()), {
      headers: headers(`${bytes.toString(36)}-${Math.trunc(modifiedMs).toString(36)}`),
    });
  const pieces: Uint8Array[] = [];
  for await (const piece of content()) pieces.push(piece);
  const whole = Buffer.concat(pieces);
  return new Response(whole, { headers: headers(createHash("sha256").update(whole).digest("base64url")) });
}

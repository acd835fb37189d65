// One small GET over HTTP or HTTPS with a deadline, for questions to the remote platform that need no client.
import { AppError } from "../errors/app-error.ts";

const TIMEOUT_MS = 20_000;
/** Answers larger than this are no answers to small questions. */
const MAX_BYTES = 1024 * 1024;

/** @throws UNREACHABLE when there is no answer before the deadline */
export async function httpsGet(
  url: string,
  { authorization, signal }: { readonly authorization: string; readonly signal: AbortSignal },
): Promise<{ status: number; body: string }> {
  try {
    const response = await fetch(url, {
      headers: { authorization, accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > MAX_BYTES) break;
      chunks.push(chunk);
    }
    return { status: response.status, body: Buffer.concat(chunks).toString("utf8") };
  } catch (cause) {
    signal.throwIfAborted();
    throw new AppError("UNREACHABLE", `${new URL(url).host} does not answer`, {
      cause,
      suggestions: ["see whether this machine is online"],
    });
  }
}

// Standard input as one text, for values that must not stand in the arguments, where other users see them.
import { AppError } from "../errors/app-error.ts";

/**
 * Everything that comes on stdin.
 * @param maxBytes of it; more is refused
 * @throws USAGE
 */
export async function readStdin(maxBytes: number, input: AsyncIterable<Uint8Array> = process.stdin): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of input) {
    size += chunk.length;
    if (size > maxBytes) throw new AppError("USAGE", `stdin has more than ${maxBytes / 1024} KiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

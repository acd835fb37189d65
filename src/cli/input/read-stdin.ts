// All of standard input, for values that must not stand in a command line.
import { AppError } from "../../errors/app-error.ts";

/** More is no value that a command takes. */
const MAX_BYTES = 1024 * 1024;

/** @throws REQUEST_TOO_LARGE beyond 1 MiB */
export async function readStdin(input: AsyncIterable<Buffer | string> = process.stdin): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BYTES) throw new AppError("REQUEST_TOO_LARGE", "Standard input has more than 1 MiB");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

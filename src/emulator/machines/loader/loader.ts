// Pure: how a program gets variables that stand in no configuration of its container. A small program is put into the
// container, reads them from its input, and becomes the machine's own program: see scripts/machine-loader/loader.c.
import { LOADERS } from "./binaries.ts";

/** Where it is in containers that have secrets. */
export const LOADER_PATH = "/.fly/loader";

const LENGTH_BYTES = 4;

/** The loader for an engine's processor; undefined where there is none for it. */
export function loaderFor(architecture: string): Uint8Array | undefined {
  const encoded = LOADERS[architecture];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64");
}

/** What the loader reads: these variables, which go before those of the same name that the container has. */
export function loaderInput(variables: Readonly<Record<string, string>>): Uint8Array {
  // a zero byte ends a variable: what follows one could be taken for another variable
  const text = Object.entries(variables)
    .map(([name, value]) => `${name}=${value.replaceAll("\0", "")}\0`)
    .join("");
  const body = Buffer.from(text);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(body.length);
  return Buffer.concat([length, body]);
}

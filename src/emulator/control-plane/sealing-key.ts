// The key that secrets are sealed with, in a file of its own beside the database: a copy of the database alone tells
// nobody a secret. Made at the first start; readable by its owner only.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import path from "node:path";
import { AppError } from "../../errors/app-error.ts";
import type { RandomBytes } from "../model/ids.ts";
import { SEALING_KEY_BYTES } from "./store/sealer.ts";

export const SEALING_KEY_FILE = "secrets.key";
const OWNER_ONLY = 0o600;

/** @throws FILE_ACCESS the file is there and is no key */
export function sealingKey(stateDir: string, random: RandomBytes): Uint8Array {
  const file = path.join(stateDir, SEALING_KEY_FILE);
  let present: Uint8Array | undefined;
  try {
    present = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  if (present !== undefined) {
    if (present.length === SEALING_KEY_BYTES) return present;
    throw new AppError("FILE_ACCESS", `${SEALING_KEY_FILE} does not hold a key: secrets cannot be read`);
  }
  const key = random(SEALING_KEY_BYTES);
  // Whole or not at all: half a key would lock everything up for good.
  const draft = `${file}.new`;
  const handle = openSync(draft, "w", OWNER_ONLY);
  try {
    writeSync(handle, key);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
  return key;
}

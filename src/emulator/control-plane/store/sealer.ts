// Seals what must not be readable in the database file: AES-256-GCM under a key that lies beside it, readable by its
// owner only. What a sealed value belongs to is authenticated with it, so that values cannot be exchanged.
import { createCipheriv, createDecipheriv } from "node:crypto";
import { AppError } from "../../../errors/app-error.ts";
import type { RandomBytes } from "../../model/ids.ts";

export const SEALING_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Sealer {
  /** Nonce, tag and ciphertext of the bytes; `belongsTo` names the row. */
  seal(plain: Uint8Array, belongsTo: string): Uint8Array;
  /** @throws INTERNAL the key is another one, or the row was tampered with */
  open(sealed: Uint8Array, belongsTo: string): Buffer;
}

export function createSealer(key: Uint8Array, random: RandomBytes): Sealer {
  return {
    seal: (plain, belongsTo) => {
      const nonce = random(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(belongsTo));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open: (sealed, belongsTo) => {
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES))
          .setAAD(Buffer.from(belongsTo))
          .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      } catch (error) {
        throw new AppError("INTERNAL", "a sealed value cannot be opened with the planet's key", { cause: error });
      }
    },
  };
}

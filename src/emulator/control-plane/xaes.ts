// XAES-256-GCM: AES-256-GCM with nonces of 24 bytes, long enough to be drawn at random for ever. From the key and the first
// half of the nonce a key is derived with AES-CMAC; the other half is the nonce of AES-256-GCM under it.
import { createCipheriv, createDecipheriv } from "node:crypto";

const BLOCK = 16;
const NONCE_BYTES = 24;
const HALF = 12;

function block(key: Uint8Array, input: Uint8Array): Buffer {
  return createCipheriv("aes-256-ecb", key, null).setAutoPadding(false).update(input);
}

function derive(key: Uint8Array, nonce: Uint8Array): Buffer {
  const l = block(key, new Uint8Array(BLOCK));
  const subkey = Buffer.alloc(BLOCK);
  for (let i = 0; i < BLOCK; i += 1) subkey[i] = (((l[i] ?? 0) << 1) | ((l[i + 1] ?? 0) >> 7)) & 0xff;
  if (((l[0] ?? 0) & 0x80) !== 0) subkey[BLOCK - 1] = (subkey[BLOCK - 1] ?? 0) ^ 0x87;
  const halves = [1, 2].map((counter) => {
    const message = Buffer.concat([Buffer.from([0, counter, 0x58, 0]), nonce.subarray(0, HALF)]);
    return block(
      key,
      message.map((byte, i) => byte ^ (subkey[i] ?? 0)),
    );
  });
  return Buffer.concat(halves);
}

/** Nonce, ciphertext and tag. */
export function sealXaes(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, associated: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-256-gcm", derive(key, nonce), nonce.subarray(HALF)).setAAD(associated);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** What was sealed, or undefined where it was not with this key and these data. */
export function openXaes(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined {
  if (sealed.length < NONCE_BYTES + BLOCK) return undefined;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const body = sealed.subarray(NONCE_BYTES, sealed.length - BLOCK);
  const decipher = createDecipheriv("aes-256-gcm", derive(key, nonce), nonce.subarray(HALF))
    .setAAD(associated)
    .setAuthTag(sealed.subarray(sealed.length - BLOCK));
  try {
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    return undefined;
  }
}

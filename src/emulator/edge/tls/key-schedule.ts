// Pure: the keys of records from the secrets of a handshake (RFC 8446 §7.1 to §7.3).
import { createHmac, createSecretKey, type KeyObject } from "node:crypto";

export interface Suite {
  readonly cipher: "chacha20-poly1305" | "aes-128-gcm" | "aes-256-gcm";
  readonly hash: "sha256" | "sha384";
  readonly keyBytes: 16 | 32;
}

/** By their names in the standard. */
export const SUITES: ReadonlyMap<string, Suite> = new Map<string, Suite>([
  ["TLS_CHACHA20_POLY1305_SHA256", { cipher: "chacha20-poly1305", hash: "sha256", keyBytes: 32 }],
  ["TLS_AES_128_GCM_SHA256", { cipher: "aes-128-gcm", hash: "sha256", keyBytes: 16 }],
  ["TLS_AES_256_GCM_SHA384", { cipher: "aes-256-gcm", hash: "sha384", keyBytes: 32 }],
]);

export const NONCE_BYTES = 12;

/** What seals the records of one direction. */
export interface TrafficKey {
  readonly key: Buffer;
  readonly iv: Buffer;
}

export function trafficKeyOf(secret: Buffer, { hash, keyBytes }: Suite): TrafficKey {
  // Made once: it costs more than what is done with it.
  const object = createSecretKey(secret);
  return {
    key: expandLabel(object, "key", keyBytes, hash),
    iv: expandLabel(object, "iv", NONCE_BYTES, hash),
  };
}

/** The secret that follows when a key is updated. */
export function nextSecretOf(secret: Buffer, { hash }: Suite): Buffer {
  return expandLabel(createSecretKey(secret), "traffic upd", secret.length, hash);
}

/** HKDF-Expand-Label without a context, for lengths that one round of HMAC yields. */
function expandLabel(secret: KeyObject, label: string, length: number, hash: Suite["hash"]): Buffer {
  const whole = `tls13 ${label}`;
  const info = Buffer.from([0, length, whole.length, ...Buffer.from(whole, "latin1"), 0, 1]);
  return createHmac(hash, secret).update(info).digest().subarray(0, length);
}

/** A record's own nonce: the vector with the record's number in it (RFC 8446 §5.3). */
export function writeNonce(into: Uint8Array, at: number, iv: Buffer, sequence: number): void {
  // For so few bytes a loop is faster than a call of `set`.
  for (let place = 0; place < NONCE_BYTES; place += 1) into[at + place] = iv[place]!;
  for (let rest = sequence, place = at + NONCE_BYTES - 1; rest > 0; place -= 1) {
    into[place]! ^= rest % 256;
    rest = Math.floor(rest / 256);
  }
}

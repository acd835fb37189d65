// Where records are sealed and opened, and what does it. One memory for all connections: a call leaves nothing in it that
// another one needs.
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { NONCE_BYTES, type Suite, type TrafficKey, writeNonce } from "./key-schedule.ts";
import { RECORD_HEAD_BYTES, TAG_BYTES } from "./record-format.ts";

export interface RecordSpace {
  readonly bytes: Buffer;
  /** Where a record that is to be opened begins. */
  readonly openAt: number;
  /** Where records begin that are to be sealed. */
  readonly sealAt: number;
  /** So many bytes of them, heads and tags included. */
  readonly sealBytes: number;
  cipherOf(suite: Suite): RecordCipher;
}

/** Seals what stands in the space, in its place. The record's head stands right before the content, the tag comes right behind. */
export interface RecordCipher {
  seal(key: TrafficKey, sequence: number, at: number, length: number): void;
  /** @param length without the tag @returns whether it is what was sealed */
  open(key: TrafficKey, sequence: number, at: number, length: number): boolean;
}

/** OpenSSL's, through node:crypto: the fastest for much at a time, but each use costs some objects. */
export function createNodeCipher(bytes: Buffer, cipher: Suite["cipher"]): RecordCipher {
  const nonce = Buffer.alloc(NONCE_BYTES);
  const options = { authTagLength: TAG_BYTES };
  return {
    seal(key, sequence, at, length) {
      writeNonce(nonce, 0, key.iv, sequence);
      const sealing = createCipheriv(cipher as "aes-128-gcm", objectOf(key), nonce, options);
      sealing.setAAD(bytes.subarray(at - RECORD_HEAD_BYTES, at));
      sealing.update(bytes.subarray(at, at + length)).copy(bytes, at);
      sealing.final();
      sealing.getAuthTag().copy(bytes, at + length);
    },
    open(key, sequence, at, length) {
      writeNonce(nonce, 0, key.iv, sequence);
      const opening = createDecipheriv(cipher as "aes-128-gcm", objectOf(key), nonce, options);
      opening.setAAD(bytes.subarray(at - RECORD_HEAD_BYTES, at));
      opening.setAuthTag(bytes.subarray(at + length, at + length + TAG_BYTES));
      const text = opening.update(bytes.subarray(at, at + length));
      try {
        opening.final();
      } catch {
        return false;
      }
      text.copy(bytes, at);
      return true;
    },
  };
}

function objectOf(key: TrafficKey): KeyObject {
  return (key.object ??= createSecretKey(key.key));
}

// The memory of libsodium as the place where records are sealed: in WebAssembly, ChaCha20-Poly1305 costs no object for each
// record, and for small ones half of what node:crypto does. The only file that knows the package.
import type { Sodium } from "libsodium";
import { NONCE_BYTES, type TrafficKey, writeNonce } from "./key-schedule.ts";
import {
  MAX_SEALED_BYTES,
  RECORD_HEAD_BYTES,
  RECORD_OVERHEAD_BYTES,
  MAX_CONTENT_BYTES,
  TAG_BYTES,
} from "./record-format.ts";
import { createNodeCipher, type RecordCipher, type RecordSpace } from "./record-space.ts";

/** From here on node:crypto costs less: it uses the processor's wide registers, and its objects weigh less beside the work. */
const NODE_BYTES = 4_096;
const KEY_BYTES = 32;
/** As many as a connection hands on in one write. */
const RECORDS_AT_ONCE = 4;

let space: Promise<RecordSpace> | undefined;

/** Loaded at the first use: it takes 35 ms and 9 MB, and many planets never see TLS. */
export function loadRecordSpace(): Promise<RecordSpace> {
  return (space ??= import("libsodium").then(async ({ default: instantiate }) =>
    createRecordSpace(await instantiate()),
  ));
}

/** Everything is allocated here: the memory must not grow, which would leave our view of it empty. */
function createRecordSpace(sodium: Sodium): RecordSpace {
  const sealBytes = RECORDS_AT_ONCE * (MAX_CONTENT_BYTES + RECORD_OVERHEAD_BYTES);
  const [keyAt, nonceAt] = [sodium._malloc(KEY_BYTES), sodium._malloc(NONCE_BYTES)];
  const openAt = sodium._malloc(RECORD_HEAD_BYTES + MAX_SEALED_BYTES);
  const sealAt = sodium._malloc(sealBytes);
  const { buffer, byteOffset, length } = sodium.HEAPU8;
  const bytes = Buffer.from(buffer, byteOffset, length);
  const large = createNodeCipher(bytes, "chacha20-poly1305");
  const set = ({ key, iv }: TrafficKey, sequence: number): void => {
    for (let place = 0; place < KEY_BYTES; place += 1) bytes[keyAt + place] = key[place]!;
    writeNonce(bytes, nonceAt, iv, sequence);
  };
  const { _crypto_aead_chacha20poly1305_ietf_encrypt: encrypt, _crypto_aead_chacha20poly1305_ietf_decrypt: decrypt } =
    sodium;
  const chacha: RecordCipher = {
    seal(key, sequence, at, size) {
      if (size >= NODE_BYTES) return large.seal(key, sequence, at, size);
      set(key, sequence);
      encrypt(at, 0, at, size, 0, at - RECORD_HEAD_BYTES, RECORD_HEAD_BYTES, 0, 0, nonceAt, keyAt);
    },
    open(key, sequence, at, size) {
      if (size >= NODE_BYTES) return large.open(key, sequence, at, size);
      set(key, sequence);
      const sealed = size + TAG_BYTES;
      return decrypt(at, 0, 0, at, sealed, 0, at - RECORD_HEAD_BYTES, RECORD_HEAD_BYTES, 0, nonceAt, keyAt) === 0;
    },
  };
  return {
    ...{ bytes, openAt, sealAt, sealBytes },
    cipherOf: ({ cipher }) => (cipher === "chacha20-poly1305" ? chacha : createNodeCipher(bytes, cipher)),
  };
}

// Memory in which OpenSSL's own functions, which Node.js carries and exports, seal and open records: with the processor's
// instructions for AES, and without the objects that node:crypto makes for each record. The only file that knows where they are.
import { createCipheriv } from "node:crypto";
import { AppError } from "../../../errors/app-error.ts";
import { NONCE_BYTES, SUITES, type Suite, type TrafficKey, writeNonce } from "./key-schedule.ts";
import {
  MAX_CONTENT_BYTES,
  MAX_SEALED_BYTES,
  RECORD_HEAD_BYTES,
  RECORD_OVERHEAD_BYTES,
  TAG_BYTES,
} from "./record-format.ts";
import type { RecordCipher, RecordSpace } from "./record-space.ts";

/** By OpenSSL's names. */
const CIPHER_NAMES: Readonly<Record<Suite["cipher"], string>> = {
  "aes-128-gcm": "AES-128-GCM",
  "aes-256-gcm": "AES-256-GCM",
  "chacha20-poly1305": "ChaCha20-Poly1305",
};
// openssl/evp.h
const EVP_CTRL_AEAD_GET_TAG = 0x10;
const EVP_CTRL_AEAD_SET_TAG = 0x11;
const [DECRYPTS, ENCRYPTS, AS_BEFORE] = [0, 1, -1] as const;
const NULL = 0;

/** As many as a connection hands on in one write. */
const RECORDS_AT_ONCE = 4;
const SEAL_BYTES = RECORDS_AT_ONCE * (MAX_CONTENT_BYTES + RECORD_OVERHEAD_BYTES);
/** Where what stands in the memory: key, nonce, the length that OpenSSL says, the record to open, those to seal. */
const [KEY_AT, NONCE_AT, LENGTH_AT, OPEN_AT] = [0, 64, 96, 128] as const;
const SEAL_AT = OPEN_AT + RECORD_HEAD_BYTES + MAX_SEALED_BYTES;
/** OpenSSL needs little of it for a call, and the foreign function interface would set a megabyte aside. */
const STACK_BYTES = 262_144;

/** Pointers are numbers: addresses, and positions in the memory of records added to its own. */
interface OpenSsl {
  newContext(): number;
  fetchCipher(name: string): number;
  init(context: number, cipher: number, engine: number, key: number, nonce: number, encrypts: number): number;
  update(context: number, into: number, length: number, from: number, bytes: number): number;
  final(context: number, into: number, length: number): number;
  control(context: number, command: number, bytes: number, at: number): number;
  addressOf(bytes: Uint8Array): number;
}

let space: Promise<RecordSpace> | undefined;

/** Loaded at the first use: many planets never see TLS. @throws PLANET_START_FAILED this Node.js has no such functions */
export function loadRecordSpace(): Promise<RecordSpace> {
  return (space ??= openOpenSsl().then(createRecordSpace));
}

async function openOpenSsl(): Promise<OpenSsl> {
  const { default: koffi } = await import("koffi");
  koffi.config({ ...koffi.config(), sync_stack_size: STACK_BYTES, sync_heap_size: STACK_BYTES });
  const node = koffi.load(null);
  const fetch = node.func("uintptr_t EVP_CIPHER_fetch(uintptr_t library, const char *name, uintptr_t properties)");
  return {
    newContext: node.func("uintptr_t EVP_CIPHER_CTX_new()"),
    fetchCipher: (name) => Number(fetch(NULL, name, NULL)),
    init: node.func(
      "int EVP_CipherInit_ex(uintptr_t context, uintptr_t cipher, uintptr_t engine, uintptr_t key, uintptr_t iv, int enc)",
    ),
    update: node.func("int EVP_CipherUpdate(uintptr_t context, uintptr_t out, uintptr_t outl, uintptr_t in, int inl)"),
    final: node.func("int EVP_CipherFinal_ex(uintptr_t context, uintptr_t out, uintptr_t outl)"),
    control: node.func("int EVP_CIPHER_CTX_ctrl(uintptr_t context, int type, int argument, uintptr_t pointer)"),
    addressOf: (bytes) => Number(koffi.address(bytes)),
  };
}

function createRecordSpace(openSsl: OpenSsl): RecordSpace {
  // The memory of an ArrayBuffer is never moved.
  const bytes = Buffer.from(new ArrayBuffer(SEAL_AT + SEAL_BYTES));
  const ciphers = new Map<string, RecordCipher>();
  for (const { cipher, keyBytes } of SUITES.values()) {
    const made = createCipher(openSsl, bytes, CIPHER_NAMES[cipher]);
    prove(made, bytes, cipher, keyBytes);
    ciphers.set(cipher, made);
  }
  return {
    ...{ bytes, openAt: OPEN_AT, sealAt: SEAL_AT, sealBytes: SEAL_BYTES },
    cipherOf: ({ cipher }) => ciphers.get(cipher)!,
  };
}

/** Each record brings its key: one context seals for all connections, and none has to be freed with one of them. */
function createCipher(openSsl: OpenSsl, bytes: Buffer, name: string): RecordCipher {
  const base = openSsl.addressOf(bytes);
  const [key, nonce, length] = [base + KEY_AT, base + NONCE_AT, base + LENGTH_AT];
  const cipher = openSsl.fetchCipher(name);
  const context = (direction: number): number => {
    const made = openSsl.newContext();
    if (made === NULL || cipher === NULL || openSsl.init(made, cipher, NULL, NULL, NULL, direction) !== 1)
      throw refused(name);
    return made;
  };
  const [sealing, opening] = [context(ENCRYPTS), context(DECRYPTS)];
  /** Its key and nonce, and the record's head, which is sealed along. */
  const begin = (at: number, state: number, traffic: TrafficKey, sequence: number): boolean => {
    for (let place = 0; place < traffic.key.length; place += 1) bytes[KEY_AT + place] = traffic.key[place]!;
    writeNonce(bytes, NONCE_AT, traffic.iv, sequence);
    return (
      openSsl.init(state, NULL, NULL, key, nonce, AS_BEFORE) === 1 &&
      openSsl.update(state, NULL, length, base + at - RECORD_HEAD_BYTES, RECORD_HEAD_BYTES) === 1
    );
  };
  /** What stands there, in its place. */
  const work = (at: number, state: number, size: number): boolean =>
    openSsl.update(state, base + at, length, base + at, size) === 1 &&
    openSsl.final(state, base + at + size, length) === 1;
  return {
    seal(traffic, sequence, at, size) {
      const done =
        begin(at, sealing, traffic, sequence) &&
        work(at, sealing, size) &&
        openSsl.control(sealing, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, base + at + size) === 1;
      if (!done) throw refused(name);
    },
    open: (traffic, sequence, at, size) =>
      begin(at, opening, traffic, sequence) &&
      openSsl.control(opening, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, base + at + size) === 1 &&
      work(at, opening, size),
  };
}

/** These functions are no public interface of Node.js': what they do is compared with node:crypto before anybody relies on it. */
function prove(made: RecordCipher, bytes: Buffer, cipher: Suite["cipher"], keyBytes: number): void {
  const traffic = { key: Buffer.alloc(keyBytes, 7), iv: Buffer.alloc(NONCE_BYTES, 9) };
  const content = Buffer.from("each cipher has to seal this as node:crypto does");
  const at = SEAL_AT + RECORD_HEAD_BYTES;
  bytes.fill(3, SEAL_AT, at);
  content.copy(bytes, at);
  const reference = createCipheriv(cipher as "aes-128-gcm", traffic.key, traffic.iv, { authTagLength: TAG_BYTES });
  reference.setAAD(bytes.subarray(SEAL_AT, at));
  const expected = Buffer.concat([reference.update(content), reference.final(), reference.getAuthTag()]);
  made.seal(traffic, 0, at, content.length);
  const isSealed = expected.equals(bytes.subarray(at, at + expected.length));
  const isOpen = made.open(traffic, 0, at, content.length);
  if (!isSealed || !isOpen || !content.equals(bytes.subarray(at, at + content.length))) throw refused(cipher);
}

function refused(name: string): AppError {
  return new AppError("PLANET_START_FAILED", `OpenSSL's ${name} does not do what is expected of it`);
}

// The field names that the proxy acts on, and what kind each is. Everything else is OTHER and passes untouched.
import { FOLDED_TOKEN, positionOf, UNDERSCORE } from "./byte-classes.ts";

/** What the proxy does with a field, by its name. */
export const FIELD = {
  other: 0,
  host: 1,
  contentLength: 2,
  transferEncoding: 3,
  connection: 4,
  upgrade: 5,
  expect: 6,
  /** Concerns one connection only (RFC 9110 §7.6.1): never forwarded. */
  hopByHop: 7,
  forwardedFor: 8,
  via: 9,
  server: 10,
  requestId: 11,
  /** Set by the platform alone: a client's own value is dropped. */
  platform: 12,
  clientRegion: 13,
  trace: 14,
  backhaul: 15,
  /** Any other field of the emulator's own. */
  hangar: 16,
  /** A known name written with underscores for dashes: dropped, because servers take it for the real one. */
  twin: 17,
  /** A client's wish for a region or a machine; the app sees it too. */
  routing: 18,
  /** A client's wish not to be answered from the replay cache. */
  cacheControl: 19,
  /** An app's instruction to send the request elsewhere; never shown to clients. */
  replay: 20,
  contentType: 21,
  contentEncoding: 22,
  acceptEncoding: 23,
  cookie: 24,
} as const;
export type Field = (typeof FIELD)[keyof typeof FIELD];

/** The first field of a request on a backhaul connection, and of an answer that the far edge itself gives. */
export const BACKHAUL_FIELD = "hangar-backhaul";

const KINDS: Readonly<Record<string, Field>> = {
  host: FIELD.host,
  "content-length": FIELD.contentLength,
  "transfer-encoding": FIELD.transferEncoding,
  connection: FIELD.connection,
  upgrade: FIELD.upgrade,
  expect: FIELD.expect,
  "keep-alive": FIELD.hopByHop,
  "proxy-connection": FIELD.hopByHop,
  "proxy-authenticate": FIELD.hopByHop,
  "proxy-authorization": FIELD.hopByHop,
  "http2-settings": FIELD.hopByHop,
  te: FIELD.hopByHop,
  "x-forwarded-for": FIELD.forwardedFor,
  "x-forwarded-port": FIELD.platform,
  "x-forwarded-proto": FIELD.platform,
  "x-forwarded-ssl": FIELD.platform,
  "x-request-start": FIELD.platform,
  via: FIELD.via,
  server: FIELD.server,
  "fly-request-id": FIELD.requestId,
  // Documented for clients; they go to the app as they came.
  "fly-prefer-region": FIELD.routing,
  "fly-force-region": FIELD.routing,
  "fly-prefer-instance-id": FIELD.routing,
  "fly-force-instance-id": FIELD.routing,
  "fly-replay-cache-control": FIELD.cacheControl,
  // Documented for apps' answers.
  "fly-replay": FIELD.replay,
  "fly-replay-cache": FIELD.replay,
  "fly-replay-cache-ttl-secs": FIELD.replay,
  "fly-replay-cache-allow-bypass": FIELD.replay,
  "content-type": FIELD.contentType,
  "content-encoding": FIELD.contentEncoding,
  "accept-encoding": FIELD.acceptEncoding,
  cookie: FIELD.cookie,
  "hangar-client-region": FIELD.clientRegion,
  "hangar-trace": FIELD.trace,
  [BACKHAUL_FIELD]: FIELD.backhaul,
};

const PLATFORM_PREFIX = Buffer.from("fly-");
const HANGAR_PREFIX = Buffer.from("hangar-");
const BUCKETS = 1024;

interface Entry {
  readonly name: Buffer;
  readonly kind: Field;
}

const TABLE: (Entry[] | undefined)[] = Array.from({ length: BUCKETS });
for (const [text, kind] of Object.entries(KINDS)) {
  const name = Buffer.from(text);
  (TABLE[hashOf(name) % BUCKETS] ??= []).push({ name, kind });
}

/** Adds one folded byte to the hash of a field name; start with 0. The result is not negative. */
export function addToHash(hash: number, foldedByte: number): number {
  return (Math.imul(hash, 31) + foldedByte) & 0x7fff_ffff;
}

function hashOf(name: Buffer): number {
  let hash = 0;
  for (const byte of name) hash = addToHash(hash, byte);
  return hash;
}

function isFolded(bytes: Buffer, start: number, expected: Buffer): boolean {
  for (let i = 0; i < expected.length; i += 1) if (FOLDED_TOKEN[bytes[start + i]!] !== expected[i]) return false;
  return true;
}

/** The kind of the field whose name stands at [start, end) and has that hash. */
export function fieldKind(bytes: Buffer, start: number, end: number, hash: number): Field {
  const bucket = TABLE[hash % BUCKETS];
  if (bucket !== undefined) {
    for (const { name, kind } of bucket) {
      if (name.length !== end - start || !isFolded(bytes, start, name)) continue;
      return positionOf(UNDERSCORE, bytes, start, end) < end ? FIELD.twin : kind;
    }
  }
  if (end - start > PLATFORM_PREFIX.length && isFolded(bytes, start, PLATFORM_PREFIX)) return FIELD.platform;
  if (end - start > HANGAR_PREFIX.length && isFolded(bytes, start, HANGAR_PREFIX)) return FIELD.hangar;
  return FIELD.other;
}

/** The kind of a field name given as text. */
export function fieldKindOf(name: string): Field {
  const bytes = Buffer.from(name, "latin1");
  let hash = 0;
  for (const byte of bytes) hash = addToHash(hash, FOLDED_TOKEN[byte]!);
  return fieldKind(bytes, 0, bytes.length, hash);
}

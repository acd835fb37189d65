// Pure: DNS messages as bytes. Reads queries without trusting anything in them, and writes answers that fit.
import { decode, encode } from "dns-packet";
import type { DnsAnswer } from "./answer.ts";

export interface Query {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  /** The question as it came, to be sent back unchanged (its case may be the asker's protection against forgery). */
  readonly question: Buffer;
  readonly recursionDesired: boolean;
  /** Longest answer that the asker takes over UDP. */
  readonly maxUdpBytes: number;
  readonly hasEdns: boolean;
}

/** What came in: a query, something to refuse with a code, or something that must not be answered at all. */
export type Incoming =
  | { readonly kind: "query"; readonly query: Query }
  | { readonly kind: "refused"; readonly response: Buffer }
  | { readonly kind: "ignored" };

/** Seconds that an answer may be remembered, as on the platform. */
export const TTL_SECONDS = 5;

const HEADER_BYTES = 12;
const MAX_QUERY_BYTES = 4_096;
const PLAIN_UDP_BYTES = 512;
/** Largest datagram that surely fits one packet. */
const EDNS_UDP_BYTES = 1_232;
const QR = 0x8000;
const AUTHORITATIVE = 0x0400;
const TRUNCATED = 0x0200;
const RECURSION_DESIRED = 0x0100;
const RECURSION_AVAILABLE = 0x0080;
const RCODE = { ok: 0, malformed: 1, failed: 2, noSuchName: 3, unsupported: 4 } as const;
/** Type, class, TTL and length of a record, whose name is a pointer to the question's. */
const POINTER_TO_QUESTION = Buffer.from([0xc0, HEADER_BYTES]);
/** OPT record: root name, type 41, our payload size, no extended code, no flags, no options. */
const EDNS_RECORD = Buffer.from([0, 0, 41, EDNS_UDP_BYTES >> 8, EDNS_UDP_BYTES & 0xff, 0, 0, 0, 0, 0, 0]);
/** Longest string inside a TXT record. */
const TXT_STRING_BYTES = 255;

/** Reads a datagram, or a message from a TCP stream. */
export function parseQuery(message: Buffer): Incoming {
  // Answers are never answered: two servers would talk to each other for ever.
  if (message.length < HEADER_BYTES || message.length > MAX_QUERY_BYTES || (message[2]! & 0x80) !== 0)
    return { kind: "ignored" };
  const id = message.readUInt16BE(0);
  const refused = (rcode: number): Incoming => ({ kind: "refused", response: header(id, QR | rcode, [0, 0, 0]) });
  if (((message[2]! >> 3) & 0xf) !== 0) return refused(RCODE.unsupported);
  // Checked before decoding: the counts decide how much a decoder allocates.
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
  const questionEnd = endOfQuestion(message);
  if (questions !== 1 || answers !== 0 || authorities !== 0 || additionals! > 2 || questionEnd === undefined)
    return refused(RCODE.malformed);
  try {
    const { questions: list = [], additionals: extras = [] } = decode(message);
    const [question] = list;
    if (question === undefined) return refused(RCODE.malformed);
    const edns = extras.find(({ type }) => type === "OPT") as { readonly udpPayloadSize?: number } | undefined;
    const query: Query = {
      id,
      name: question.name.replace(/\.$/, ""),
      type: question.type,
      question: message.subarray(HEADER_BYTES, questionEnd),
      recursionDesired: (message[2]! & 1) !== 0,
      maxUdpBytes:
        edns === undefined
          ? PLAIN_UDP_BYTES
          : Math.min(Math.max(edns.udpPayloadSize ?? 0, PLAIN_UDP_BYTES), EDNS_UDP_BYTES),
      hasEdns: edns !== undefined,
    };
    return { kind: "query", query };
  } catch {
    return refused(RCODE.malformed);
  }
}

/** Writes the answer to a query in at most `maxBytes`: records that do not fit are left out, and the answer says so. */
export function renderAnswer(query: Query, answer: Exclude<DnsAnswer, { kind: "forward" }>, maxBytes: number): Buffer {
  const records = answer.kind === "records" ? answer.values.map((value) => renderRecord(answer.type, value)) : [];
  const tail = query.hasEdns ? [EDNS_RECORD] : [];
  let room = maxBytes - HEADER_BYTES - query.question.length - (query.hasEdns ? EDNS_RECORD.length : 0);
  const fitting = records.filter((record) => (room -= record.length) >= 0);
  const flags =
    baseFlags(query) |
    AUTHORITATIVE |
    (fitting.length < records.length ? TRUNCATED : 0) |
    (answer.kind === "no-such-name" ? RCODE.noSuchName : RCODE.ok);
  return Buffer.concat([
    header(query.id, flags, [1, fitting.length, tail.length]),
    query.question,
    ...fitting,
    ...tail,
  ]);
}

/** The answer that says the question could not be answered now. */
export function renderFailure(query: Query): Buffer {
  return Buffer.concat([header(query.id, baseFlags(query) | RCODE.failed, [1, 0, 0]), query.question]);
}

function baseFlags({ recursionDesired }: Query): number {
  return QR | RECURSION_AVAILABLE | (recursionDesired ? RECURSION_DESIRED : 0);
}

function header(
  id: number,
  flags: number,
  [questions, answers, additionals]: readonly [number, number, number],
): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  for (const [index, value] of [id, flags, questions, answers, 0, additionals].entries())
    bytes.writeUInt16BE(value, index * 2);
  return bytes;
}

/** The encoder writes whole names; a record with the root's name has one byte of it, which a pointer replaces. */
function renderRecord(type: "AAAA" | "TXT", value: string): Buffer {
  const fields = { name: ".", ttl: TTL_SECONDS, class: "IN" as const };
  const record = type === "TXT" ? { ...fields, type, data: textStrings(value) } : { ...fields, type, data: value };
  return Buffer.concat([
    POINTER_TO_QUESTION,
    encode({ type: "response", answers: [record] }).subarray(HEADER_BYTES + 1),
  ]);
}

function textStrings(value: string): Buffer[] {
  const bytes = Buffer.from(value);
  const strings: Buffer[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += TXT_STRING_BYTES)
    strings.push(bytes.subarray(at, at + TXT_STRING_BYTES));
  return strings;
}

/** Where the first question ends; undefined when it runs over the message or its name is compressed. */
function endOfQuestion(message: Buffer): number | undefined {
  let at = HEADER_BYTES;
  for (let length = message[at]; length !== 0; length = message[at]) {
    if (length === undefined || length > 63) return undefined;
    at += 1 + length;
  }
  const end = at + 5; // the root label, type and class
  return end <= message.length ? end : undefined;
}

// Our reading of a message beside llhttp's: whatever we accept has to end at the same byte for both, with the same body.
import { requestBody, responseBody, type BodyReader } from "../../src/emulator/edge/http1/body.ts";
import { parseRequestHead, parseResponseHead } from "../../src/emulator/edge/http1/head-parser.ts";
import { CLIENT_HEAD_LIMITS, Head } from "../../src/emulator/edge/http1/head.ts";
import { readRequestLine } from "../../src/emulator/edge/http1/request-line.ts";
import { createLlhttp, type Llhttp, type Verdict } from "./llhttp.ts";
import { createMessageSource, type MessageKind, type MessageSource } from "./message-mutations.ts";

export interface FuzzFigures {
  cases: number;
  /** Heads that we accepted. */
  accepted: number;
  /** Of those, messages that were whole: both framings were compared to the byte. */
  compared: number;
  /** Accepted by us and refused by llhttp, by its code: nobody behind us could be misled about where it ends. */
  readonly stricter: Map<string, number>;
  /** What llhttp frames otherwise, as text to reproduce it. */
  readonly differences: string[];
}

const MOST_DIFFERENCES = 20;

/** Runs that many cases of each kind. */
export function fuzzFraming(casesPerKind: number, seed: number): Record<MessageKind, FuzzFigures> {
  const source = createMessageSource(seed);
  const llhttp = createLlhttp();
  const run = (kind: MessageKind): FuzzFigures => {
    const figures: FuzzFigures = { cases: 0, accepted: 0, compared: 0, stricter: new Map(), differences: [] };
    for (; figures.cases < casesPerKind; figures.cases += 1) compare(kind, source, llhttp, figures);
    return figures;
  };
  return { request: run("request"), chunks: run("chunks"), response: run("response") };
}

const head = new Head();

function compare(kind: MessageKind, source: MessageSource, llhttp: Llhttp, figures: FuzzFigures): void {
  const text = source.next(kind);
  const bytes = Buffer.from(text, "latin1");
  const parse = kind === "response" ? parseResponseHead : parseRequestHead;
  const bodyStart = parse(bytes, 0, bytes.length, CLIENT_HEAD_LIMITS, head);
  if (bodyStart <= 0 || (kind !== "response" && typeof readRequestLine(bytes, 0, head) === "number")) return;
  figures.accepted += 1;
  const answersHead = kind === "response" && source.below(4) === 0;
  const read = readBody(kind, bytes, bodyStart, answersHead, source.below(bytes.length - bodyStart + 1));
  const differ = (why: string): void => {
    if (figures.differences.length < MOST_DIFFERENCES)
      figures.differences.push(`${kind}: ${why}: ${JSON.stringify(text)}${answersHead ? " (to HEAD)" : ""}`);
  };
  if (read === "cut differs") return differ("reads otherwise when it comes in two pieces");
  const verdict = llhttp.begin(kind === "response" ? "response" : "request", answersHead);
  if (read === undefined) {
    // Refused or not whole: what counts is that llhttp does not take the head for a message without a body.
    llhttp.feed(bytes.subarray(0, bodyStart));
    if (verdict.messages > 0) differ("llhttp sees no body");
    return;
  }
  figures.compared += 1;
  if (read.until === "close") {
    llhttp.feed(bytes);
    if (refused(verdict, figures)) return;
    if (verdict.messages > 0) differ("llhttp ends it before the connection ends");
    else if (verdict.body !== read.body) differ("another body");
    return;
  }
  // To the byte: without the last one it is not over, and with it it is.
  llhttp.feed(bytes.subarray(0, read.end - 1));
  if (verdict.messages > 0) return differ("llhttp ends it earlier");
  llhttp.feed(bytes.subarray(read.end - 1, read.end));
  if (refused(verdict, figures)) return;
  if (verdict.messages !== 1) differ("llhttp ends it later");
  else if (verdict.body !== read.body) differ("another body");
  else if (verdict.fields.length / 2 < head.fieldCount) differ("fewer fields");
}

function refused({ error }: Verdict, { stricter }: FuzzFigures): boolean {
  // llhttp stops behind a request to change protocols: that is an end, not a refusal.
  if (error === undefined || error === "HPE_PAUSED_UPGRADE") return false;
  stricter.set(error, (stricter.get(error) ?? 0) + 1);
  return true;
}

interface Read {
  readonly end: number;
  readonly body: string;
  readonly until: "end" | "close";
}

/** The body as we read it, whole and in two pieces; undefined where it is refused or not whole. */
function readBody(
  kind: MessageKind,
  bytes: Buffer,
  start: number,
  answersHead: boolean,
  cut: number,
): Read | undefined | "cut differs" {
  // Interim responses are heads alone, and so is a change of protocols.
  if (kind === "response" && head.status < 200) return { end: start, body: "", until: "end" };
  let payload = "";
  const onPayload = (from: Buffer, at: number, to: number): void => void (payload += from.toString("latin1", at, to));
  const reader = (listener?: typeof onPayload): BodyReader =>
    kind === "response" ? responseBody(head, answersHead, listener).reader : requestBody(head, listener);
  const whole = reader(onPayload);
  const end = whole.done ? start : whole.read(bytes, start, bytes.length);
  const inTwo = reader();
  const first = inTwo.done ? start : inTwo.read(bytes, start, start + cut);
  const second = inTwo.done || first < 0 ? first : inTwo.read(bytes, first, bytes.length);
  if (second !== end || inTwo.done !== whole.done) return "cut differs";
  if (end < 0) return undefined;
  if (kind === "response" && responseBody(head, answersHead).framing === "until-close")
    return { end, body: bytes.toString("latin1", start), until: "close" };
  if (!whole.done) return undefined;
  return { end, body: head.chunked && end > start ? payload : bytes.toString("latin1", start, end), until: "end" };
}

/** For people. */
export function renderFigures(figures: Readonly<Record<MessageKind, FuzzFigures>>): string {
  return Object.entries(figures)
    .map(([kind, { cases, accepted, compared, stricter, differences }]) => {
      const codes = [...stricter].map(([code, count]) => `${code} ${count}`).join(", ");
      return `${kind}: ${cases} cases, ${accepted} heads accepted, ${compared} messages compared, ${differences.length} differences; refused by llhttp alone: ${codes === "" ? "none" : codes}`;
    })
    .join("\n");
}

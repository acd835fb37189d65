// One request and its response: passes the request's body on (keeping it while it may be needed again), sends it to the
// target that its owner names, and relays the response. Who the owner is, decides where requests go: dispatcher.ts for
// clients, backhaul-acceptor.ts for other edges.
import type { BodyReader, ResponseBody } from "./body.ts";
import { BodyEncoder } from "./body-encoder.ts";
import { BodyCollector } from "./body-collector.ts";
import type { ExchangeClient, ExchangeDeps, ExchangeOwner, ExchangeRequest } from "./exchange-roles.ts";
import { codingLines, expectationOf, OUR_VERSION, requestText, responseText, upgradeLines } from "./exchange-text.ts";
import type { Head } from "./head.ts";
import { ReplayBuffer } from "./replay-buffer.ts";
import { renderReply } from "./reply.ts";
import { isIdempotent } from "./request-line.ts";
import { type Expectation, type Target, UpstreamConnection } from "./upstream-connection.ts";
import type { UpstreamFault, UpstreamUser } from "./upstream-connection.ts";

export class Exchange implements UpstreamUser {
  readonly request: ExchangeRequest;
  readonly expectation: Expectation;
  /** The client's field lines as the target is to receive them. */
  fieldLines = "";
  readonly #client: ExchangeClient;
  readonly #deps: ExchangeDeps;
  readonly #body: BodyReader;
  readonly #kept: ReplayBuffer;
  #owner: ExchangeOwner | undefined;
  /** The request's target, when the owner has changed it. */
  #path: string | undefined;
  #collector: BodyCollector | undefined;
  #encoder: BodyEncoder | undefined;
  #target: Target | undefined;
  #upstream: UpstreamConnection | undefined;
  #headSent = false;
  /** The response head, until it is written together with the first bytes of the body. */
  #responseText = "";
  #answered = false;
  #reportedByFarEdge = false;
  #closes: boolean;
  #tunnel = false;
  #endedDirections = 0;
  #over = false;

  constructor(request: ExchangeRequest, body: BodyReader, client: ExchangeClient, deps: ExchangeDeps) {
    this.request = request;
    this.#body = body;
    this.#client = client;
    this.#deps = deps;
    this.#kept = new ReplayBuffer(deps.replayBudget);
    this.#closes = request.wantsClose;
    this.expectation = expectationOf(request);
  }

  /** Whether the request's body has been read to its end. */
  get requestSent(): boolean {
    return this.#body.done;
  }

  /** Hands the exchange to its owner. @param fieldLines what the target is to receive of the client's, ends of line included */
  begin(owner: ExchangeOwner, fieldLines: string): void {
    this.#owner = owner;
    this.fieldLines = fieldLines;
    owner.start();
  }

  /** Changes what is sent from the next attempt on. */
  rewrite(path: string | undefined, fieldLines: string): void {
    if (path !== undefined) this.#path = path;
    this.fieldLines = fieldLines;
  }

  /** Gives up the present attempt, unless its response has begun. @returns whether the request can be sent again */
  withdraw(): boolean {
    if (this.#over || this.#answered || this.#responseText !== "" || !this.#kept.whole) return false;
    this.#upstream?.abandon();
    this.#upstream = undefined;
    this.#headSent = false;
    this.#collector = undefined;
    return true;
  }

  /** Sends the request to a target; one attempt at a time. */
  forward(target: Target): void {
    this.#attempt(target, true);
  }

  /** Answers the request here. The body is JSON, or "" for none. */
  reply(status: number, lines: string, body = ""): void {
    if (this.#over || this.#answered) return;
    this.#answered = true;
    const close = this.#closes || !this.#body.done || this.request.minorVersion === 0;
    const { answersHead } = this.expectation;
    this.#client.conn.writeText(renderReply({ status, lines, body, close, nowMs: this.#deps.nowMs(), answersHead }));
    this.#finish();
    this.#client.exchangeDone(close);
  }

  /** Bytes from the client. @returns the position after the request's body, or -1 where its framing is broken */
  takeBody(bytes: Buffer, start: number, end: number): number {
    if (this.#body.done || this.#over) return start;
    const to = this.#body.read(bytes, start, end);
    if (to < 0) this.#kept.discard();
    if (to <= start) return to;
    this.#kept.add(bytes, start, to);
    if (this.#headSent) {
      if (this.#kept.full) this.#kept.discard();
      if (this.#upstream?.send(bytes, start, to) === false) this.#client.conn.pause();
    } else if (this.#kept.full) this.#client.conn.pause();
    return to;
  }

  /** Ends the exchange before its response is complete, for a fault of the client's or for want of progress. */
  refuse(status: 400 | "timeout"): void {
    this.#upstream?.abandon();
    this.#upstream = undefined;
    if (this.#answered) return this.#breakOff();
    this.#closes = true;
    const late = this.#body.done ? 504 : 408;
    this.reply(status === "timeout" ? late : status, this.#owner?.responseLines() ?? "");
  }

  /** The client is gone. */
  abandon(): void {
    // A tunnel that has ended both ways closes by itself once everything is delivered.
    if (this.#endedDirections < 2) this.#upstream?.abandon();
    this.#upstream = undefined;
    this.#finish();
  }

  /** The client took what was written to it. */
  clientDrained(): void {
    if (this.#encoder !== undefined) return this.#encoder.resume();
    this.#upstream?.resume();
  }

  /** The client takes nothing at present, also where nothing was written. */
  clientPressed(): void {
    this.#encoder?.pause();
    this.#upstream?.pause();
  }

  tunnelFromClient(bytes: Buffer, start: number, end: number): void {
    if (this.#upstream?.send(bytes, start, end) === false) this.#client.conn.pause();
  }

  /** The client ended its direction of the tunnel. */
  clientEnded(): void {
    this.#endedDirections += 1;
    this.#upstream?.end();
  }

  opened(): void {
    const lines = this.#target!.preamble + this.fieldLines + this.#owner!.requestLines();
    const text = requestText(this.request, this.#path ?? this.request.target, lines);
    this.#headSent = true;
    const drained = this.#kept.sendTo(this.#upstream!, text);
    if (this.#client.conn.isPressed) this.#upstream?.pause();
    if (drained) this.drained();
  }

  drained(): void {
    // With the body read, what follows is the next request: it waits in the kernel.
    if (!this.#body.done || this.#tunnel) this.#client.conn.resume();
  }

  interim(head: Head, bytes: Buffer, start: number): void {
    this.#client.touch();
    // 100 only invites the body: the request can still be sent elsewhere afterwards.
    if (head.status !== 100) this.#kept.discard();
    if (this.request.minorVersion > 0)
      this.#client.conn.writeText(`${this.#passingLines(head, bytes, start, true)}\r\n`);
  }

  response(head: Head, bytes: Buffer, start: number, framing: ResponseBody["framing"]): UpstreamFault | undefined {
    const fault = this.#owner!.inspect(head, bytes);
    if (fault === "collect") {
      this.#collector = new BodyCollector(framing === "chunked" && !this.expectation.decodes);
      return undefined;
    }
    if (fault !== undefined) {
      this.#reportedByFarEdge = true;
      return fault;
    }
    const decoded = framing === "chunked" && this.expectation.decodes;
    if (framing === "until-close" || decoded || !this.#body.done) this.#closes = true;
    const coding = framing === "none" || decoded ? undefined : this.#codingOf(head, bytes, framing);
    const unframed = decoded || coding !== undefined || head.status === 204;
    const lines = this.#passingLines(head, bytes, start, unframed) + (coding ?? "") + this.#owner!.responseLines();
    this.#responseText = responseText(lines, this.#closes, this.request.minorVersion === 0);
    return undefined;
  }

  /** Sets the encoder up where the body is to be compressed. @returns the field lines that say so */
  #codingOf(head: Head, bytes: Buffer, framing: ResponseBody["framing"]): string | undefined {
    const coding = this.request.minorVersion === 0 ? undefined : this.#owner!.coding?.(head, bytes);
    if (coding === undefined) return undefined;
    this.#encoder = new BodyEncoder({
      ...{ coding, conn: this.#client.conn, chunked: framing === "chunked" },
      drained: () => this.#upstream?.resume(),
      done: () => this.#done(),
      failed: () => this.faulted("broken"),
    });
    return codingLines(coding);
  }

  body(bytes: Buffer, start: number, end: number): boolean {
    this.#client.touch();
    const sink = this.#collector ?? this.#encoder;
    const text = this.#responseText;
    if (text === "")
      return sink?.add(bytes, start, end) ?? (start === end || this.#client.conn.writeBytes(bytes, start, end));
    this.#responseText = "";
    this.#answered = true;
    this.#kept.discard();
    if (sink === undefined) return this.#client.conn.writeTextAndBytes(text, bytes, start, end);
    this.#client.conn.writeText(text);
    return sink.add(bytes, start, end);
  }

  complete(): void {
    this.#upstream = undefined;
    const collector = this.#collector;
    this.#collector = undefined;
    if (collector !== undefined) {
      this.#headSent = false;
      return this.#owner!.collected?.(collector.text(), this.#kept.whole);
    }
    return this.#encoder === undefined ? this.#done() : this.#encoder.end();
  }

  #done(): void {
    this.#finish();
    this.#client.exchangeDone(this.#closes || !this.#body.done);
  }

  upgraded(head: Head, bytes: Buffer, start: number, restStart: number, end: number): void {
    this.#answered = true;
    this.#tunnel = true;
    this.#kept.discard();
    const lines = this.#passingLines(head, bytes, start, true) + this.#owner!.responseLines();
    const text = `${lines}${upgradeLines(head, bytes, this.request)}\r\n`;
    this.#client.conn.writeTextAndBytes(text, bytes, restStart, end);
    this.#client.becomeTunnel();
  }

  tunnelData(bytes: Buffer, start: number, end: number): boolean {
    this.#client.touch();
    return this.#client.conn.writeBytes(bytes, start, end);
  }

  tunnelEnded(): void {
    this.#endedDirections += 1;
    this.#client.conn.end();
  }

  tunnelClosed(): void {
    this.#upstream = undefined;
    this.#finish();
    this.#client.tunnelDone(this.#endedDirections === 2);
  }

  faulted(fault: UpstreamFault): void {
    const stale = fault === "broken" && this.#upstream?.reused === true && !this.#reportedByFarEdge;
    this.#upstream = undefined;
    this.#headSent = false;
    this.#responseText = "";
    this.#collector = undefined;
    if (!this.#answered) this.#encoder = undefined;
    this.#reportedByFarEdge = false;
    if (this.#answered) this.#breakOff();
    // The far end closed a kept connection just when it was taken: once more, on a new one.
    else if (stale && this.#kept.whole && isIdempotent(this.request.method)) this.#attempt(this.#target!, false);
    else this.#owner!.failed(fault, this.#kept.whole && fault !== "broken" && fault !== "invalid");
  }

  #attempt(target: Target, mayReuse: boolean): void {
    if (this.#over) return;
    this.#target = target;
    const waiting = mayReuse ? target.pool?.take(target) : undefined;
    this.#upstream = waiting ?? new UpstreamConnection(target, this.#deps.connector, this.#deps.scratchHead, this);
    waiting?.assign(this);
  }

  /** The status line in our own version, and those of a response's fields that pass. */
  #passingLines(head: Head, bytes: Buffer, start: number, withoutFraming: boolean): string {
    const { dropped, removed } = this.#owner!;
    return OUR_VERSION + head.keptLines(bytes, dropped, withoutFraming, removed, start + OUR_VERSION.length);
  }

  #breakOff(): void {
    this.#finish();
    this.#client.abort();
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#encoder?.destroy();
    this.#kept.discard();
    this.#owner?.finished();
  }
}

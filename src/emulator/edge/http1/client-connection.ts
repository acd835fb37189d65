// One connection from a client: reads request heads, one request at a time, holds what is pipelined behind it, and keeps
// the time limits. Each request becomes an Exchange.
import { CR, LF } from "./byte-classes.ts";
import { requestBody } from "./body.ts";
import type { ClientDeps, ClientPolicy } from "./client-policy.ts";
import type { Conn, ConnListener } from "./conn.ts";
import { Exchange } from "./exchange.ts";
import type { ExchangeClient, ExchangeRequest } from "./exchange-roles.ts";
import { endsLine, INCOMPLETE, parseRequestHead } from "./head-parser.ts";
import { renderReply } from "./reply.ts";
import { readRequestLine, upgradeOf } from "./request-line.ts";

export class ClientConnection implements ConnListener, ExchangeClient {
  readonly #policy: ClientPolicy;
  readonly #deps: ClientDeps;
  #conn: Conn | undefined;
  #state: "head" | "exchange" | "tunnel" | "closing" | "closed" = "head";
  #exchange: Exchange | undefined;
  #held: Buffer | undefined;
  #reading = false;
  #ended = false;
  /** When the present phase began, or something last moved in it. */
  #sinceMs: number;
  #draining = false;
  /** What the last request's service has set, and what that of the head that is read. */
  #idleMs: number | undefined;
  #headMs: number | undefined;

  constructor(policy: ClientPolicy, deps: ClientDeps) {
    this.#policy = policy;
    this.#deps = deps;
    this.#sinceMs = deps.nowMs();
  }

  attach(conn: Conn): void {
    this.#conn = conn;
  }

  get conn(): Conn {
    return this.#conn!;
  }

  /** No request is being read or answered. */
  get idle(): boolean {
    return this.#state === "head" && this.#held === undefined;
  }

  /** Since when the client has kept us waiting; undefined while it waits for us, and in tunnels. */
  get waitingSinceMs(): number | undefined {
    const isBusy = this.#state === "exchange" && this.#exchange!.requestSent && !this.#conn!.hasUnsent;
    return isBusy || this.#state === "tunnel" ? undefined : this.#sinceMs;
  }

  touch(): void {
    this.#sinceMs = this.#deps.nowMs();
  }

  /** Enforces the time limits; called now and then. */
  sweep(): void {
    const { keepAliveMs, exchangeIdleMs, tunnelIdleMs, lingerMs } = this.#policy.timeLimits;
    const [elapsedMs, idleMs] = [this.#deps.nowMs() - this.#sinceMs, this.#idleMs];
    switch (this.#state) {
      case "head":
        // Whoever does not take answers is not asked for more requests.
        if (this.#conn!.isPressed) {
          if (elapsedMs > exchangeIdleMs) this.#close();
        } else if (this.#held !== undefined && elapsedMs > this.#headLimitMs(this.#held)) this.#refuse(408);
        else if (this.#held === undefined && elapsedMs > (idleMs ?? keepAliveMs)) this.#close();
        break;
      case "exchange":
        if (elapsedMs > (idleMs ?? exchangeIdleMs)) this.#exchange!.refuse("timeout");
        break;
      case "tunnel":
        if (elapsedMs > (idleMs ?? tunnelIdleMs)) this.#close();
        break;
      case "closing":
        if (elapsedMs > (this.#conn!.hasUnsent ? exchangeIdleMs : lingerMs)) this.#close();
        break;
      default:
    }
  }

  /** Closes as soon as the present request is answered. */
  drain(): void {
    this.#draining = true;
    if (!this.idle) return;
    if (this.#conn!.hasUnsent) this.#linger();
    else this.#close();
  }

  /** Closes at once. */
  destroy(): void {
    this.#close();
  }

  onData(bytes: Buffer, start: number, end: number): void {
    switch (this.#state) {
      case "head":
        return this.#takeHead(bytes, start, end);
      case "exchange": {
        this.touch();
        const to = this.#exchange!.takeBody(bytes, start, end);
        if (to < 0) return this.#exchange!.refuse(400);
        if (to < end) this.#hold(bytes, to, end);
        return;
      }
      case "tunnel":
        this.touch();
        return this.#exchange!.tunnelFromClient(bytes, start, end);
      default:
        return;
    }
  }

  onEnd(): void {
    this.#ended = true;
    if (this.#state === "tunnel") this.#exchange!.clientEnded();
    // A client may end its side and still wait for the answer to a whole request.
    else if (this.#state === "exchange" ? !this.#exchange!.requestSent : this.#state === "head") this.#close();
  }

  onDrain(): void {
    this.touch();
    if (this.#state === "head") this.#readHeld();
    else this.#exchange?.clientDrained();
  }

  onPress(): void {
    this.#exchange?.clientPressed();
  }

  onClose(): void {
    this.#close();
  }

  exchangeDone(close: boolean): void {
    this.#exchange = undefined;
    if (close || this.#ended || this.#draining) return this.#linger();
    this.#state = "head";
    this.touch();
    if (!this.#reading) this.#readHeld();
  }

  becomeTunnel(): void {
    this.#state = "tunnel";
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#exchange!.tunnelFromClient(held, 0, held.length);
    this.#conn!.resume();
    if (this.#ended) this.#exchange!.clientEnded();
  }

  tunnelDone(clean: boolean): void {
    if (this.#state !== "tunnel") return;
    if (!clean) return this.abort();
    this.#exchange = undefined;
    this.#state = "closing";
    this.touch();
  }

  abort(): void {
    if (this.#state === "closed") return;
    this.#conn!.abort();
    this.#close();
  }

  /** Goes on with what has come already; unless answers wait: who does not read them could pipeline us out of memory. */
  #readHeld(): void {
    if (this.#conn!.isPressed) return this.#conn!.pause();
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#read(held, 0, held.length);
    if (this.#state === "head" && !this.#conn!.isPressed) this.#conn!.resume();
  }

  #takeHead(bytes: Buffer, start: number, end: number): void {
    const held = this.#held;
    if (held === undefined) {
      this.#read(bytes, start, end);
      // A whole request has seen to it.
      if (this.#held !== undefined && this.#state === "head") this.touch();
      return;
    }
    const all = Buffer.concat([held, bytes.subarray(start, end)]);
    // A head that comes byte by byte is read anew once per line, not once per byte.
    if (!endsLine(bytes, start, end) && all.length <= this.#policy.headLimits.maxBytes) {
      this.#held = all;
      return;
    }
    this.#held = undefined;
    this.#read(all, 0, all.length);
  }

  /** Reads requests until the bytes are used up or one of them has to be waited for. */
  #read(bytes: Buffer, start: number, end: number): void {
    this.#reading = true;
    let from = start;
    while (from < end && this.#state === "head" && !this.#conn!.isPressed) {
      const next = this.#readRequest(bytes, from, end);
      if (next === INCOMPLETE) break;
      from = next;
    }
    this.#reading = false;
    if (from >= end || this.#state === "closing" || this.#state === "closed") return;
    if (this.#state === "tunnel") this.#exchange!.tunnelFromClient(bytes, from, end);
    else if (this.#state === "exchange" || this.#conn!.isPressed) this.#hold(bytes, from, end);
    else this.#held = Buffer.from(bytes.subarray(from, end));
  }

  /** @returns the position after the request, as far as it has arrived, or INCOMPLETE where its head is not whole */
  #readRequest(bytes: Buffer, from: number, end: number): number {
    const start = bytes[from] === CR && from + 1 < end && bytes[from + 1] === LF ? from + 2 : from;
    const head = this.#deps.scratchRequestHead;
    if (start >= end || (bytes[start] === CR && start === from && start + 1 === end)) return INCOMPLETE;
    const bodyStart = parseRequestHead(bytes, start, end, this.#policy.headLimits, head);
    if (bodyStart === INCOMPLETE) return INCOMPLETE;
    if (bodyStart < 0) return this.#refuse(-bodyStart);
    const line = readRequestLine(bytes, start, head);
    if (typeof line === "number") return this.#refuse(line);
    const body = requestBody(head);
    const request: ExchangeRequest = {
      method: line.method,
      target: line.target,
      minorVersion: head.minorVersion,
      upgrade: body.done ? upgradeOf(head, bytes) : undefined,
      wantsClose: head.close || (head.minorVersion === 0 && !head.keepAlive),
    };
    const exchange = new Exchange(request, body, this, this.#deps);
    // What has already come of the body goes out in one packet with the head.
    const to = exchange.takeBody(bytes, bodyStart, end);
    if (to < 0) return this.#refuse(400);
    const accepted = this.#policy.accept(exchange, head, bytes, this.#conn!);
    if (accepted === "refuse") {
      exchange.abandon();
      this.abort();
      return end;
    }
    this.#exchange = exchange;
    this.#state = "exchange";
    this.#idleMs = accepted.idleMs;
    this.#headMs = undefined;
    this.touch();
    exchange.begin(accepted.owner, accepted.fieldLines);
    return to;
  }

  #headLimitMs(part: Buffer): number {
    return (this.#headMs ??= this.#policy.headMsOf?.(part)) ?? this.#policy.timeLimits.headMs;
  }

  #hold(bytes: Buffer, start: number, end: number): void {
    const more = bytes.subarray(start, end);
    this.#held = this.#held === undefined ? Buffer.from(more) : Buffer.concat([this.#held, more]);
    this.#conn!.pause();
  }

  #refuse(status: number): number {
    const nowMs = this.#deps.nowMs();
    this.#conn!.writeText(
      renderReply({ status, lines: this.#policy.refusalLines(), body: "", close: true, nowMs, answersHead: false }),
    );
    this.#linger();
    return Number.MAX_SAFE_INTEGER;
  }

  /** Ends our side, and lets the client read the last answer before the connection is torn down. */
  #linger(): void {
    this.#state = "closing";
    this.#held = undefined;
    this.touch();
    this.#conn!.end();
    if (this.#ended) return;
    this.#conn!.resume();
  }

  #close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#held = undefined;
    this.#conn!.destroy();
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.abandon();
    this.#policy.closed(this);
  }
}

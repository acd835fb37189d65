// One client's request on its way to a machine: has a machine searched, forwards, tries again elsewhere when a machine cannot
// be reached, and follows fly-replay. The bytes are relayed by http1/.
import type { EdgeFault } from "./app-errors.ts";
import { type ClientRequest, questionOf } from "./client-request.ts";
import { cachedCourse, cacheStatus, type Course, fallbackCourse, firstCourse, replayCourse } from "./course.ts";
import { codingFor } from "./content-coding.ts";
import type { Coding } from "./http1/body-encoder.ts";
import { faultCode, finalFault, httpsLocation, mustBeSecure, searchEnd } from "./dispatch-answers.ts";
import type { DispatcherDeps } from "./dispatcher.ts";
import { explainUnknownApp, type EdgeError } from "./edge-errors.ts";
import type { Exchange } from "./http1/exchange.ts";
import type { ExchangeOwner } from "./http1/exchange-roles.ts";
import { FIELD } from "./http1/field-names.ts";
import type { Head } from "./http1/head.ts";
import type { UpstreamFault } from "./http1/upstream-connection.ts";
import { Journey } from "./journey.ts";
import { MachineSearch, MAX_ATTEMPTS, type SearchFailure, type SearchUser } from "./machine-search.ts";
import {
  DROPPED_FROM_PRISTINE_RESPONSE,
  DROPPED_FROM_RESPONSE,
  renderRequestFields,
  renderResponseFields,
} from "./platform-fields.ts";
import type { CacheQuestion } from "./replay/cache.ts";
import { type FallbackReason, renderReplaySource, transformLines } from "./replay/fields.ts";
import { parseReplayJson, readReplayHeader, REPLAY_JSON_TYPE, type ReplayInstruction } from "./replay/instruction.ts";
import { MAX_REPLAYS } from "./replay/resolve.ts";
import { RequestFaults } from "./request-faults.ts";
import type { Wish } from "./route.ts";
import { openingFor } from "./stream/opening.ts";
import { renderTrace } from "./trace.ts";
import type { Backend } from "./world-index.ts";

const REPLAY_TYPE = Buffer.from(REPLAY_JSON_TYPE);

export class Dispatch implements ExchangeOwner, SearchUser {
  readonly #requestId: string;
  readonly #deps: DispatcherDeps;
  readonly #exchange: Exchange;
  readonly #client: ClientRequest;
  readonly #refusal: EdgeError | undefined;
  readonly #journey: Journey;
  readonly #search: MachineSearch;
  #course: Course;
  #backend: Backend | undefined;
  /** What the present course has met; undefined: nothing. */
  #faults: RequestFaults | undefined;
  #rttMs = 0;
  /** What the app's header asked for. */
  #instruction: ReplayInstruction | "none" | "malformed" = "none";
  #leaveMachine: (() => void) | undefined;
  #stopTimer: (() => void) | undefined;

  constructor(
    deps: DispatcherDeps,
    exchange: Exchange,
    client: ClientRequest,
    wish: Wish | undefined,
    refusal: EdgeError | undefined,
  ) {
    this.#deps = deps;
    this.#exchange = exchange;
    this.#client = client;
    this.#refusal = refusal;
    this.#course = firstCourse(client.app, wish);
    this.#journey = new Journey(client, deps.nowMs);
    this.#search = new MachineSearch(deps, client, this.#journey, this);
    this.#requestId = deps.requestId(client.region);
  }

  get dropped(): Uint8Array {
    return this.#backend?.features.pristine === true ? DROPPED_FROM_PRISTINE_RESPONSE : DROPPED_FROM_RESPONSE;
  }

  get removed(): ReadonlySet<string> | undefined {
    return this.#backend?.features.removed;
  }

  coding(head: Head, bytes: Buffer): Coding | undefined {
    return codingFor(this.#backend?.features.compress === true ? this.#client.acceptEncoding : undefined, head, bytes);
  }

  start(): void {
    if (this.#refusal !== undefined) return this.#reply(this.#refusal.status, this.#refusal.body);
    const { features, entrance, host, question } = this.#client;
    const tlsPort = this.#deps.world()?.tlsPort;
    if (features?.forceHttps === true && !entrance.secure && tlsPort !== undefined && mustBeSecure(host))
      return this.#reply(301, "", httpsLocation(host, tlsPort, this.#exchange.request.target));
    if (question !== undefined && this.#askCache(question)) return undefined;
    return this.#search.begin(this.#course);
  }

  failed(fault: UpstreamFault, repeatable: boolean): void {
    const backend = this.#backend;
    this.#leave();
    if (fault === "replayed") return this.#followReplay(this.#instruction, repeatable);
    this.#report(faultCode(fault), backend === undefined ? "" : `port ${backend.service.internalPort}`);
    if (!repeatable || backend === undefined) return this.#reply(502);
    if (this.#journey.attempts < MAX_ATTEMPTS) return this.#search.without(backend.machine.id);
    return this.#giveUp(502, "retries_exhausted");
  }

  inspect(head: Head, bytes: Buffer): UpstreamFault | "collect" | undefined {
    if (this.#backend?.machine.region !== this.#client.region) {
      const fault = this.#deps.protocol.readReport(head, bytes);
      if (fault !== undefined) return fault;
    }
    if (head.has(FIELD.replay)) {
      this.#instruction = readReplayHeader(head, bytes);
      if (this.#instruction !== "none") return "replayed";
    }
    if (head.valueStartsWith(bytes, FIELD.contentType, REPLAY_TYPE)) return "collect";
    this.#answered(head.status);
    return undefined;
  }

  collected(body: string | undefined, repeatable: boolean): void {
    this.#leave();
    this.#followReplay((body === undefined ? undefined : parseReplayJson(body)) ?? "malformed", repeatable);
  }

  requestLines(): string {
    const { address: clientAddress, forwardedFor, startMs, place } = this.#client;
    const { publicAddress, requestLines } = place;
    const own = renderRequestFields({
      clientAddress,
      forwardedFor,
      publicAddress,
      requestId: this.#requestId,
      startMs,
    });
    const lines = requestLines + own + this.#course.lines;
    const { missed } = this.#search;
    return missed === undefined ? lines : `${lines}fly-preferred-instance-unavailable: ${missed}\r\n`;
  }

  responseLines(): string {
    const features = this.#backend?.features;
    const trace = this.#journey.trace(this.#backend, this.#rttMs);
    if (features?.pristine === true) return `${features.addedLines}${trace === undefined ? "" : renderTrace(trace)}`;
    const lines = renderResponseFields(this.#client.place.responseLines, this.#requestId, trace);
    return features === undefined || features.addedLines === "" ? lines : lines + features.addedLines;
  }

  finished(): void {
    this.#search.stop();
    this.#endTimer();
    this.#leave();
    if (this.#client.entrance.raw === true) return;
    const { method, target } = this.#exchange.request;
    const record = this.#journey.record(this.#requestId, method, target, this.#backend);
    if (record !== undefined && this.#deps.world()?.apps.has(record.app) === true) this.#deps.requests.add(record);
  }

  notFound(why: SearchFailure): void {
    const { cached, app } = this.#course;
    if (cached !== undefined) {
      // The cache is only a shortcut: the app that was asked knows better (RC-01).
      this.#deps.replays.forget(cached.key);
      return this.#take(firstCourse(this.#client.app, undefined, cacheStatus("miss")));
    }
    if (why === "no-such-app") {
      const { status, body } = explainUnknownApp(app);
      return this.#reply(status, body);
    }
    const { region, entrance } = this.#client;
    const { status, cause, reason } = searchEnd(why, this.#deps.world()!.rings(app, region, entrance.port));
    return this.#giveUp(status, reason, cause);
  }

  wakeFailed({ machine }: Backend, fault: EdgeFault): void {
    this.#report(fault, machine.id);
  }

  /** Starts anew on another course. */
  #take(course: Course): void {
    this.#course = course;
    this.#faults = undefined;
    this.#journey.attempts = 0;
    this.#search.begin(course);
  }

  found(backend: Backend, rttMs: number): void {
    const { regions } = this.#deps.world()!;
    const entry = regions.get(this.#client.region);
    const region = regions.get(backend.machine.region);
    if (entry === undefined || region === undefined) return this.#reply(503);
    this.#backend = backend;
    this.#rttMs = rttMs;
    this.#journey.attempts += 1;
    if (this.#journey.isFull) this.#journey.step("choose", { machine: backend.machine.id, region: region.code });
    this.#leaveMachine = this.#deps.load.enter(backend.machine.id, backend.key);
    const { request } = this.#exchange;
    const opening = openingFor(backend.features.proxyProto, this.#client, entry);
    this.#exchange.forward(this.#deps.targetOf({ backend, request, opening, entry, region, rttMs }));
    return undefined;
  }

  /** @returns whether the replay cache has sent the request on its way */
  #askCache(question: CacheQuestion): boolean {
    const { replays, world } = this.#deps;
    const entry = replays.find(question);
    if (entry === undefined) return false;
    if (this.#client.skipsCache && entry.allowBypass) {
      this.#course = { ...this.#course, lines: cacheStatus("bypass") };
      return false;
    }
    const course = cachedCourse(entry, world()!);
    if (typeof course === "string") {
      replays.forget(entry.key);
      return false;
    }
    this.#journey.step("cache", { app: course.app });
    this.#take(course);
    return true;
  }

  #followReplay(instruction: ReplayInstruction | "none" | "malformed", repeatable: boolean): void {
    this.#endTimer();
    const { app: sourceApp, cached, isFallback, lines } = this.#course;
    const { id: machine, region } = this.#backend!.machine;
    if (typeof instruction === "string" || isFallback) return this.#refuseReplay("PA03");
    if (instruction.cache?.invalidate === true && cached !== undefined) this.#deps.replays.forget(cached.key);
    if (!repeatable || this.#client.isLarge) return this.#refuseReplay("PA01");
    this.#journey.replays += 1;
    if (this.#journey.replays > MAX_REPLAYS) return this.#refuseReplay("PA02");
    const step = { instruction, sourceApp, sourceMachine: machine, startedMs: this.#deps.monotonicMs() };
    const source = renderReplaySource({ machine, region, atUs: this.#deps.nowMs() * 1_000, state: instruction.state });
    const course = replayCourse(step, source, this.#deps.world()!);
    if (typeof course === "string") return this.#refuseReplay(course, instruction.app ?? "");
    const isFirst = cached === undefined && this.#journey.replays === 1;
    const asked = questionOf(this.#client, this.#exchange.request.target);
    const isNew = isFirst && this.#deps.replays.keep(asked, instruction, machine);
    // A bypassed cache stays bypassed when the source sends the request on as before.
    const told = lines === cacheStatus("bypass") ? lines : isNew ? cacheStatus("miss") : "";
    if (instruction.transform !== undefined) {
      const fieldLines = transformLines(this.#exchange.fieldLines, instruction.transform);
      this.#exchange.rewrite(instruction.transform.path, fieldLines);
    }
    this.#journey.step("replay", { machine, region, app: course.app });
    if (instruction.timeoutMs !== undefined)
      this.#stopTimer = this.#deps.timer(instruction.timeoutMs, () => this.#replayTimedOut());
    return this.#take({ ...course, lines: source + told });
  }

  #refuseReplay(fault: EdgeFault, more = ""): void {
    this.#report(fault, more);
    this.#reply(502);
  }

  #replayTimedOut(): void {
    this.#stopTimer = undefined;
    if (!this.#exchange.withdraw()) return;
    this.#search.stop();
    this.#leave();
    this.#giveUp(504, "timeout");
  }

  /** The present course leads nowhere: back to the app that asked for the replay, if it wanted that, or an error. */
  #giveUp(status: number, reason: FallbackReason, cause = this.#faults?.last): void {
    const { fault, more } = finalFault(cause, this.#journey.attempts, this.#client.entrance.raw === true);
    this.#report(fault, more);
    this.#endTimer();
    const back = fallbackCourse(this.#course, reason, this.#deps.monotonicMs());
    if (back === undefined) return this.#reply(status);
    this.#journey.step("fallback", { app: back.app, detail: reason });
    return this.#take(back);
  }

  #reply(status: number, body = "", location?: string): void {
    this.#answered(status);
    const more = location === undefined ? "" : `location: ${location}\r\n`;
    this.#exchange.reply(status, `${this.responseLines()}${more}`, body);
  }

  #answered(status: number): void {
    this.#journey.answered(status);
    this.#endTimer();
  }

  #endTimer(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #report(fault: EdgeFault, more: string): void {
    const { log, report } = this.#deps;
    const where = { journey: this.#journey, requestId: this.#requestId, app: this.#course.app };
    (this.#faults ??= new RequestFaults({ log, report, ...where })).add(fault, this.#backend, more);
  }

  #leave(): void {
    const leave = this.#leaveMachine;
    if (leave === undefined) return;
    this.#leaveMachine = undefined;
    leave();
    this.#deps.waiting.changed(this.#course.app);
  }
}

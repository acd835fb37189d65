// Finds a machine for one request: asks the routing core, and waits for regions, machines and slots where it has to.
import type { EdgeFault } from "./app-errors.ts";
import type { Course } from "./course.ts";
import type { DispatcherDeps } from "./dispatcher.ts";
import type { Journey } from "./journey.ts";
import { route, type RouteDecision, type RouteView } from "./route.ts";
import { listCandidates } from "./trace.ts";
import type { Backend } from "./world-index.ts";

type Awaited = Extract<RouteDecision, { kind: "wait" }>["for"];

const WAIT_MS: Readonly<Record<Awaited, number>> = {
  /** Long enough for a burst to pass, shorter than clients' own patience. */
  "a slot": 30_000,
  /** The platform blocks (LB-17), and does not say for how long: so nearly as long as a request may be silent. */
  "a healthy machine": 60_000,
  /** For an old version to end and a new one to begin while the engine is busy with others. */
  "a machine that starts": 30_000,
};
/** The platform tries as often to find a machine that takes a request (ER-01). */
export const MAX_ATTEMPTS = 90;
/** No new round begins later than this: machines that do not even refuse take a while to fail each time. */
const ROUNDS_WITHIN_MS = 8_000;

const NOBODY: ReadonlySet<string> = new Set();

/** Why no machine was found. */
export type SearchFailure =
  | Extract<RouteDecision, { kind: "unavailable" }>["code"]
  | "no-region"
  | "no-slot"
  | "no-health";

/** Whose search it is, as far as that matters. */
export interface SearchClient {
  /** The entry region. */
  readonly region: string;
  readonly entrance: { readonly port: number };
}

/** What the search tells of its way. */
export type SearchJourney = Pick<Journey, "isFull" | "step" | "attempts" | "candidates">;

export type SearchDeps = Pick<
  DispatcherDeps,
  "world" | "load" | "isHealthy" | "random" | "waker" | "nowMs" | "activator" | "waiting" | "retries" | "report"
>;

/** What hears of the search. */
export interface SearchUser {
  found(backend: Backend, rttMs: number): void;
  notFound(why: SearchFailure): void;
  /** A machine was to be started, and did not come up; the search goes on. */
  wakeFailed(backend: Backend, fault: EdgeFault): void;
}

export class MachineSearch {
  /** A preferred machine that could not be had. */
  missed: string | undefined;
  readonly #deps: SearchDeps;
  readonly #client: SearchClient;
  readonly #journey: SearchJourney;
  readonly #user: SearchUser;
  #course: Course | undefined;
  /** Machines that are no good for this request, whatever happens. */
  #excluded = NOBODY;
  /** Machines that could not be reached in this round. */
  #failed = NOBODY;
  #startedMs = 0;
  #activated = false;
  #stopWaiting: (() => void) | undefined;

  constructor(deps: SearchDeps, client: SearchClient, journey: SearchJourney, user: SearchUser) {
    this.#deps = deps;
    this.#client = client;
    this.#journey = journey;
    this.#user = user;
  }

  /** Starts anew on a course. */
  begin(course: Course): void {
    this.stop();
    this.#course = course;
    this.#excluded = course.avoided === undefined ? NOBODY : new Set([course.avoided]);
    this.#failed = NOBODY;
    this.#startedMs = this.#deps.nowMs();
    this.#decide();
  }

  /** Goes on without a machine that could not be reached, until all others have been tried. */
  without(machineId: string): void {
    this.#failed = new Set([...this.#failed, machineId]);
    this.#decide();
  }

  /** Waits for nothing any more. */
  stop(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }

  /** @returns false where the request still has to wait for the same */
  #decide(alreadyWaiting = false): boolean {
    const { world, load, isHealthy, random, waker, nowMs } = this.#deps;
    const view: RouteView = {
      world: world()!,
      load: load.of,
      isHealthy,
      isWaking: waker.isWaking,
      random,
      nowMs,
      excluded: this.#failed.size === 0 ? this.#excluded : new Set([...this.#excluded, ...this.#failed]),
    };
    const { app, wish } = this.#course!;
    const request = { app, port: this.#client.entrance.port, wish };
    if (this.#journey.isFull) this.#journey.candidates = listCandidates(request, view, this.#client.region);
    const decision = route(request, view, this.#client.region);
    switch (decision.kind) {
      case "forward":
        this.missed = decision.missed;
        this.#user.found(decision.backend, decision.rttMs);
        return true;
      case "wake":
        this.missed = decision.missed;
        this.#wake(decision.backend, decision.rttMs);
        return true;
      case "activate":
        this.#activate(decision.region);
        return true;
      case "wait":
        if (!alreadyWaiting) this.#wait(decision.for);
        return false;
      default:
        if (decision.code !== "all-failed" || !this.#awaitRound()) this.#user.notFound(decision.code);
        return true;
    }
  }

  #wake(backend: Backend, rttMs: number): void {
    const { id } = backend.machine;
    const { waker, world, load, isHealthy } = this.#deps;
    this.#journey.step("wake", { machine: id, region: backend.machine.region });
    this.#stopWaiting = waker.wake(backend, (result) => {
      this.#stopWaiting = undefined;
      if (result.kind === "failed") {
        this.#journey.attempts += 1;
        this.#excluded = new Set([...this.#excluded, id]);
        this.#user.wakeFailed(backend, result.fault);
        this.#decide();
        return;
      }
      // The machine was started for this request, which takes it before others are considered (AS-10).
      const awake = world()?.backendOf(id, this.#client.entrance.port);
      const limit = awake?.service.concurrency.hardLimit ?? Infinity;
      if (awake?.machine.started === true && isHealthy(awake) && load.of(awake.key) < limit)
        this.#user.found(awake, rttMs);
      else this.#decide();
    });
  }

  #activate(region: string): void {
    if (this.#activated) return this.#user.notFound("no-region");
    this.#activated = true;
    this.#journey.step("activate", { region });
    this.#stopWaiting = this.#deps.activator.activate(region, (active) => {
      this.#stopWaiting = undefined;
      if (active) this.#decide();
      else this.#user.notFound("no-region");
    });
    return undefined;
  }

  #wait(reason: Awaited): void {
    const { app } = this.#course!;
    this.#journey.step("wait", { detail: reason });
    // Nothing else tells whoever waits in front of it why.
    if (reason === "a healthy machine")
      this.#deps.report(app, undefined, "no machine is healthy: requests wait until one is");
    const expire = (): void => {
      this.#stopWaiting = undefined;
      this.#user.notFound(reason === "a slot" ? "no-slot" : "no-health");
    };
    const stop = this.#deps.waiting.enter({
      app,
      deadlineMs: this.#deps.nowMs() + WAIT_MS[reason],
      retry: () => this.#decide(true),
      expire,
    });
    this.#stopWaiting = stop;
    if (stop === undefined) expire();
  }

  /** @returns false where the machines that have failed are not to be tried once more */
  #awaitRound(): boolean {
    const { retries, nowMs } = this.#deps;
    if (this.#failed.size === 0 || this.#journey.attempts >= MAX_ATTEMPTS) return false;
    if (nowMs() - this.#startedMs >= ROUNDS_WITHIN_MS) return false;
    this.#stopWaiting = retries.enter(() => {
      this.#stopWaiting = undefined;
      this.#failed = NOBODY;
      this.#decide();
    });
    return this.#stopWaiting !== undefined;
  }
}

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
  /** The platform blocks until a machine is healthy (LB-17); here a person waits for an answer that says what is wrong. */
  "a healthy machine": 8_000,
  /** For an old version to end and a new one to begin while the engine is busy with others. */
  "a machine that starts": 30_000,
};

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
  "world" | "load" | "isHealthy" | "random" | "waker" | "nowMs" | "activator" | "waiting"
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
  #excluded = NOBODY;
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
    this.#decide();
  }

  /** Goes on without a machine that has failed. */
  without(machineId: string): void {
    this.#exclude(machineId);
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
      excluded: this.#excluded,
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
        this.#user.notFound(decision.code);
        return true;
    }
  }

  #wake(backend: Backend, rttMs: number): void {
    const { id } = backend.machine;
    const { waker, world, load } = this.#deps;
    this.#journey.step("wake", { machine: id, region: backend.machine.region });
    this.#stopWaiting = waker.wake(backend, (result) => {
      this.#stopWaiting = undefined;
      if (result.kind === "failed") {
        this.#journey.attempts += 1;
        this.#exclude(id);
        this.#user.wakeFailed(backend, result.fault);
        this.#decide();
        return;
      }
      // The machine was started for this request, which takes it before others are considered (AS-10).
      const awake = world()?.backendOf(id, this.#client.entrance.port);
      const limit = awake?.service.concurrency.hardLimit ?? Infinity;
      if (awake?.machine.started === true && load.of(awake.key) < limit) this.#user.found(awake, rttMs);
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
    this.#journey.step("wait", { detail: reason });
    const expire = (): void => {
      this.#stopWaiting = undefined;
      this.#user.notFound(reason === "a slot" ? "no-slot" : "no-health");
    };
    const stop = this.#deps.waiting.enter({
      app: this.#course!.app,
      deadlineMs: this.#deps.nowMs() + WAIT_MS[reason],
      retry: () => this.#decide(true),
      expire,
    });
    this.#stopWaiting = stop;
    if (stop === undefined) expire();
  }

  #exclude(machineId: string): void {
    this.#excluded = new Set([...this.#excluded, machineId]);
  }
}

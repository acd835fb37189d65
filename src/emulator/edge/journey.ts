// What happened to one request so far: for its trace, where the client wants one, and for its record.
import type { ClientRequest } from "./client-request.ts";
import type { RequestRecord } from "./request-log.ts";
import type { Trace, TraceCandidate, TraceStep } from "./trace.ts";
import type { Backend } from "./world-index.ts";

/** Of a longer way the first and the last steps are told: a trace is a field of the response, and clients bound these. */
const MAX_STEPS = 40;

export class Journey {
  /** Machines that were tried on the present course. */
  attempts = 0;
  replays = 0;
  candidates: TraceCandidate[] | undefined;
  readonly #client: ClientRequest;
  readonly #nowMs: () => number;
  #status = 0;
  #headMs = 0;
  #steps: TraceStep[] | undefined;

  constructor(client: ClientRequest, nowMs: () => number) {
    this.#client = client;
    this.#nowMs = nowMs;
  }

  /** Steps and candidates are wanted. */
  get isFull(): boolean {
    return this.#client.trace === "full";
  }

  step(kind: TraceStep["kind"], more: Omit<TraceStep, "kind" | "atMs">): void {
    if (!this.isFull) return;
    const steps = (this.#steps ??= []);
    if (steps.length >= MAX_STEPS) steps.splice(MAX_STEPS / 2, 1);
    steps.push({ kind, atMs: this.#elapsedMs(), ...more });
  }

  /** The final status is known. */
  answered(status: number): void {
    this.#status = status;
    this.#headMs = this.#elapsedMs();
  }

  trace(backend: Backend | undefined, rttMs: number): Trace | undefined {
    if (this.#client.trace === undefined) return undefined;
    const machine = backend?.machine;
    return {
      edge: this.#client.region,
      ...(machine === undefined ? {} : { region: machine.region, machine: machine.id, rttMs }),
      attempts: this.attempts,
      ...(this.candidates === undefined ? {} : { candidates: this.candidates }),
      ...(this.#steps === undefined ? {} : { steps: this.#steps, totalMs: this.#elapsedMs() }),
    };
  }

  /** The record of a request that is over, or undefined where it was never answered. */
  record(requestId: string, method: string, path: string, backend: Backend | undefined): RequestRecord | undefined {
    if (this.#status === 0) return undefined;
    const { app, startMs: atMs, host, region: edge, address: clientAddress } = this.#client;
    // One shape for all of them: there are a thousand of each app.
    return {
      app,
      atMs,
      requestId,
      method,
      host,
      path,
      status: this.#status,
      edge,
      machine: backend?.machine.id ?? "",
      region: backend?.machine.region ?? "",
      clientAddress,
      headMs: this.#headMs,
      totalMs: this.#elapsedMs(),
      attempts: this.attempts,
      replays: this.replays,
    };
  }

  #elapsedMs(): number {
    return this.#nowMs() - this.#client.startMs;
  }
}

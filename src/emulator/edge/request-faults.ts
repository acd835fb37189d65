// What one request meets on one course: goes to the app's log, to the edge's own, and into the request's trace. Each thing is
// told once, however many attempts meet it.
import { type EdgeFault, faultLine } from "./app-errors.ts";
import type { DispatcherDeps } from "./dispatcher.ts";
import type { Journey } from "./journey.ts";
import type { Backend } from "./world-index.ts";

export interface RequestFaultsDeps extends Pick<DispatcherDeps, "log" | "report"> {
  readonly journey: Pick<Journey, "step">;
  readonly requestId: string;
  readonly app: string;
}

export class RequestFaults {
  /** The newest one. */
  last: EdgeFault | undefined;
  readonly #deps: RequestFaultsDeps;
  readonly #told = new Set<string>();

  constructor(deps: RequestFaultsDeps) {
    this.#deps = deps;
  }

  /** @param more what is known beyond the code */
  add(fault: EdgeFault, backend: Backend | undefined, more: string): void {
    const { log, report, journey, requestId, app } = this.#deps;
    const line = faultLine(fault, more);
    const machine = backend?.machine.id ?? "?";
    this.last = fault;
    if (this.#told.has(`${machine} ${line}`)) return;
    this.#told.add(`${machine} ${line}`);
    journey.step("fail", { detail: line });
    log(`${requestId} ${app}: machine ${machine} ${line}`);
    report(app, backend, line);
  }
}

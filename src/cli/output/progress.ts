// Progress as a value that can be watched, and as lines of text. Where it is shown is decided in show-progress.ts.
import type { ProgressReporter } from "../../operations/progress.ts";
import type { Clock } from "../../platform/clock.ts";

export type StepState = "pending" | "running" | "done" | "failed";

/** A step or a machine, as it is now. */
export interface Step {
  readonly id: string;
  readonly title: string;
  readonly state: StepState;
  readonly text: string | undefined;
  /** By the clock's monotonic time. */
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
}

export interface ProgressSnapshot {
  readonly steps: readonly Step[];
  readonly lines: readonly string[];
}

/** What has just happened, for those that print it once. */
export type ProgressEvent =
  | { readonly kind: StepState | "text"; readonly step: Step }
  | { readonly kind: "line"; readonly line: string };

/** A reporter whose state can be read and watched. A snapshot is a new object after each change and is never changed. */
export interface Progress extends ProgressReporter {
  snapshot(): ProgressSnapshot;
  /** Calls back after each change; returns how to stop that. */
  subscribe(listener: (event: ProgressEvent) => void): () => void;
}

/**
 * Makes the store that operations report to and views read.
 * @example
 * const progress = createProgress(context.clock);
 * progress.start("build", "Building the image");
 * progress.update("build", "step 3 of 7");
 * progress.done("build");
 */
export function createProgress(clock: Pick<Clock, "monotonic">): Progress {
  const listeners = new Set<(event: ProgressEvent) => void>();
  let current: ProgressSnapshot = { steps: [], lines: [] };

  const emit = (event: ProgressEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const change = (id: string, changes: Partial<Step>, kind: StepState | "text"): void => {
    const known = current.steps.find((step) => step.id === id);
    const before: Step = known ?? {
      id,
      title: id,
      state: "pending",
      text: undefined,
      startedAtMs: undefined,
      endedAtMs: undefined,
    };
    const step = { ...before, ...changes };
    const steps =
      known === undefined ? [...current.steps, step] : current.steps.map((other) => (other.id === id ? step : other));
    current = { ...current, steps };
    emit({ kind, step });
  };
  const end = (id: string, state: "done" | "failed", text: string | undefined): void =>
    change(id, { state, text, endedAtMs: clock.monotonic() }, state);

  return {
    plan: (id, title) => change(id, { title }, "pending"),
    start: (id, title) =>
      change(
        id,
        { title, state: "running", text: undefined, startedAtMs: clock.monotonic(), endedAtMs: undefined },
        "running",
      ),
    update: (id, text) => change(id, { text }, "text"),
    done: (id, text) => end(id, "done", text),
    fail: (id, text) => end(id, "failed", text),
    log: (line) => {
      current = { ...current, lines: [...current.lines, line] };
      emit({ kind: "line", line });
    },
    snapshot: () => current,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** One line of plain progress, or undefined for what is not worth one. */
export function renderEvent(event: ProgressEvent): string | undefined {
  if (event.kind === "line") return event.line;
  const { title, text } = event.step;
  const detail = text === undefined || text === "" ? "" : `: ${text}`;
  switch (event.kind) {
    case "pending":
      return undefined;
    case "running":
      return title;
    case "text":
      return `${title}${detail}`;
    case "done":
      return `${title}${detail === "" ? ": done" : detail}${durationOf(event.step)}`;
    case "failed":
      return `${title}: failed${detail}${durationOf(event.step)}`;
    default:
      return event satisfies never;
  }
}

function durationOf({ startedAtMs, endedAtMs }: Step): string {
  return startedAtMs === undefined || endedAtMs === undefined ? "" : ` (${formatSeconds(endedAtMs - startedAtMs)})`;
}

/** `0.4 s`, `12.3 s`, `2 min 5 s`. */
export function formatSeconds(ms: number): string {
  const seconds = ms / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** Something on the screen that has to be taken away, or left in its final state, before anything else is printed. */
export interface Shown {
  close(): Promise<void>;
}

// The port through which operations say how far they are. How it is shown, or whether at all, is decided in cli/output.

/** Steps are known by an ID that the operation chooses, e.g. `build` or a machine's ID; they are shown in order of their first mention. */
export interface ProgressReporter {
  /** Announces a step that comes later. */
  plan(id: string, title: string): void;
  /** The step runs now. The title may differ from the planned one. */
  start(id: string, title: string): void;
  /** What the running step is at: a few words that replace the former ones. */
  update(id: string, text: string): void;
  /** The step ended well. */
  done(id: string, text?: string): void;
  /** The step ended badly; the error itself is thrown, not reported. */
  fail(id: string, text?: string): void;
  /** A line that stays, such as output of the build. */
  log(line: string): void;
}

import type { ProgressReporter } from "../../src/operations/progress.ts";

/** Progress that nobody watches. */
export const silentProgress: ProgressReporter = {
  plan: () => {},
  start: () => {},
  update: () => {},
  done: () => {},
  fail: () => {},
  log: () => {},
};

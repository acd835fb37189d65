// How progress is shown: a live view on a terminal, lines elsewhere, nothing with --json. Everything goes to stderr.
import type { Clock } from "../../platform/clock.ts";
import type { Terminal } from "../../platform/terminal.ts";
import { type Progress, renderEvent, type Shown } from "./progress.ts";

export interface ShowOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Show nothing at all, as with --json. */
  readonly quiet: boolean;
}

/** Shows progress in the way that suits where stderr goes. The live view's libraries load only for a terminal. */
export async function showProgress(progress: Progress, options: ShowOptions): Promise<Shown> {
  if (options.quiet) return { close: async () => {} };
  const { terminal, env } = options;
  const isLive = terminal.stderrIsTty && (env["CI"] ?? "") === "" && env["TERM"] !== "dumb";
  if (isLive) {
    const { showSteps } = await import("../views/steps-view.tsx");
    return showSteps(progress, options.clock);
  }
  let lastLine: string | undefined;
  const stop = progress.subscribe((event) => {
    const line = renderEvent(event);
    if (line === undefined || line === lastLine) return;
    lastLine = line;
    terminal.writeError(`${line}\n`);
  });
  return { close: async () => stop() };
}

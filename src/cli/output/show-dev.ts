// A dev run in the way that suits where stdout goes: one live view on a terminal, lines elsewhere, NDJSON with --json.
import type { DevEvent } from "../../operations/dev/dev-events.ts";
import { followApp } from "../../operations/dev/follow-app.ts";
import { runDev } from "../../operations/dev/run-dev.ts";
import type { ProgressReporter } from "../../operations/progress.ts";
import type { Context } from "../context.ts";
import type { DevSession } from "../dev-context.ts";
import { createRegionPainter, type DevPainters, renderDevEvent } from "../present/dev.ts";
import { createPainter } from "./color.ts";
import { createProgress, renderEvent, type Shown } from "./progress.ts";

export interface ShowDevOptions {
  readonly json: boolean;
  /** Shows the first deploy. */
  readonly withProgress: <T>(work: (progress: ProgressReporter) => Promise<T>) => Promise<T>;
}

interface Sink extends Shown {
  readonly add: (event: DevEvent) => void;
}

/** Runs until Ctrl-C. @throws what the first deploy throws; the signal's reason */
export async function showDevRun(session: DevSession, context: Context, options: ShowDevOptions): Promise<void> {
  const { app, access, deps } = session;
  const { clock } = context;
  const open = await sinkFor(session, context, options);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  let sink: Sink | undefined;
  let following: Promise<void> | undefined;
  const emit = (event: DevEvent): void => sink?.add(event);
  const begin = (): void => {
    sink = open();
    const follow = { client: access, machines: access.client.machines, emit, clock, signal };
    following = followApp(app, follow).catch((error: unknown) => stop.abort(error));
  };
  const deploy = (fresh: boolean): Promise<void> => {
    if (sink === undefined) return options.withProgress((progress) => deps.deploy(fresh, progress));
    return deps.deploy(fresh, toldProgress(context, emit));
  };
  try {
    await runDev({
      ...{ ...deps, clock, signal, deploy },
      emit: (event) => {
        if (event.event === "ready") begin();
        emit(event);
      },
    });
  } finally {
    stop.abort();
    await following;
    await sink?.close();
  }
}

async function sinkFor(
  { app, access }: DevSession,
  { terminal, env }: Context,
  { json }: ShowDevOptions,
): Promise<() => Sink> {
  const close = async (): Promise<void> => undefined;
  if (json) return () => ({ add: (event) => terminal.writeOut(`${JSON.stringify(event)}\n`), close });
  const paint = createPainter(terminal.stdoutColor);
  const painters: DevPainters = { paint, inRegion: createRegionPainter(paint) };
  if (terminal.stdoutIsTty && (env["CI"] ?? "") === "" && env["TERM"] !== "dumb") {
    const { showDev } = await import("../views/dev-view.tsx");
    return () => showDev(app, access.urlOf(app), painters);
  }
  return () => ({
    add: (event) => {
      const line = renderDevEvent(event, painters);
      if (line !== undefined) terminal.writeOut(`${line}\n`);
    },
    close,
  });
}

/** Progress of a deploy as events of the run. */
function toldProgress({ clock }: Context, emit: (event: DevEvent) => void): ProgressReporter {
  const progress = createProgress(clock);
  let last: string | undefined;
  progress.subscribe((event) => {
    const text = renderEvent(event);
    if (text !== undefined && text !== last) emit({ event: "progress", text });
    last = text;
  });
  return progress;
}

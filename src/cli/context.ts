// The composition root: the real adapters, made when they are first asked for. Operations take from it what their own
// deps interface names; nothing below cli knows it.
import { type Clock, systemClock } from "../platform/clock.ts";
import { openTerminal, type Terminal } from "../platform/terminal.ts";

/** The process as values. */
export interface ContextSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal;
  /** Name of the planet that the command is about. */
  readonly planet: string;
}

/** What commands hand to operations. Fields that load something are functions, so that only their users pay for them. */
export interface Context extends ContextSources {
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly files: () => Promise<typeof import("../platform/files.ts")>;
  readonly exec: () => Promise<typeof import("../platform/exec.ts")>;
  readonly ports: () => Promise<typeof import("../platform/ports.ts")>;
  /** Where planets keep what has to outlive a command. */
  readonly stateDir: () => Promise<string>;
}

/** Makes the context of one command. */
export function createContext(sources: ContextSources): Context {
  return {
    ...sources,
    clock: systemClock,
    terminal: openTerminal(sources.env),
    files: () => import("../platform/files.ts"),
    exec: () => import("../platform/exec.ts"),
    ports: () => import("../platform/ports.ts"),
    stateDir: async () => (await import("../platform/state-dir.ts")).resolveStateDir(sources),
  };
}

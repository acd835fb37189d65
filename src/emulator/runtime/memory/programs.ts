// Pure: what the images of the in-memory engine do when they run, and how they take signals.
import type { CommandOptions, ExecOptions, ExecResult, TerminalSize } from "../container-runtime.ts";

/** The streams of a command that is talked to. */
export interface CommandIo {
  readonly input: AsyncIterable<Uint8Array>;
  terminal(): TerminalSize | undefined;
  print(text: string, stream?: "stdout" | "stderr"): void;
}

/** What an image's program does. Output is written to its log when it starts. */
export type Program =
  | {
      /** Runs until it is told to end. */
      readonly kind: "runs";
      readonly output?: readonly string[];
      /** The exit code a signal ends it with; undefined: it ignores the signal. Not asked about SIGKILL. */
      readonly onSignal?: (signal: string) => number | undefined;
      /** Answers commands run beside it; undefined: the command never ends. Default: success without output. */
      readonly exec?: (command: readonly string[], options: ExecOptions) => ExecResult | undefined;
      /** Talks as the command does and gives its exit code; undefined: as exec has it. */
      readonly talk?: (
        command: readonly string[],
        io: CommandIo,
        options: CommandOptions,
      ) => Promise<number> | undefined;
    }
  | {
      /** Ends by itself. */ readonly kind: "exits";
      readonly code: number;
      readonly afterMs?: number;
      readonly output?: readonly string[];
      /** The kernel ends it for want of memory. */
      readonly oom?: boolean;
      /** Prints what it is given to read before it ends. */
      readonly echoes?: boolean;
    }
  | { /** Cannot be started: the image has no such program. */ readonly kind: "unstartable"; readonly error: string };

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 };

export const KILLED = 137;

/** `term`, `TERM` and `SIGTERM` are one. */
function canonicalSignal(signal: string): string {
  const upper = signal.toUpperCase();
  return upper.startsWith("SIG") ? upper : `SIG${upper}`;
}

/** The exit code that a signal ends a program with; undefined when it goes on. */
export function exitCodeOnSignal(program: Program, signal: string): number | undefined {
  const name = canonicalSignal(signal);
  if (name === "SIGKILL") return KILLED;
  if (program.kind === "runs" && program.onSignal !== undefined) return program.onSignal(name);
  const number = SIGNAL_NUMBERS[name];
  return number === undefined ? undefined : 128 + number;
}

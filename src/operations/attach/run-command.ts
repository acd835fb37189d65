// A command in a machine with this program's input and output as its own.
import type { CommandSession, SessionsClient } from "../../client/sessions-client.ts";
import type { CommandRequest } from "../../contract/sessions.ts";
import type { TerminalInput } from "../../platform/terminal-input.ts";

export interface RunCommandInput {
  readonly app: string;
  readonly machine: string;
  readonly command: readonly string[];
  /** Kind of the terminal, as TERM has it; absent: plain streams. */
  readonly terminalType?: string;
  readonly user?: string;
  readonly container?: string;
}

export interface RunCommandDeps {
  readonly sessions: Pick<SessionsClient, "openCommand">;
  /** Takes the standard input; called once. */
  readonly openInput: () => TerminalInput;
  /** Resolves when the reader has room for more. */
  readonly write: (stream: "stdout" | "stderr", bytes: Uint8Array) => Promise<void>;
  readonly signal: AbortSignal;
  readonly timer: (afterMs: number, run: () => void) => () => void;
}

/** After Ctrl-C, the command has this time to end before the session does. */
const GRACE_MS = 5_000;
const DEFAULT_WINDOW = { columns: 80, rows: 24 };

function requestOf({ command, terminalType, user, container }: RunCommandInput, { window }: TerminalInput) {
  const request: Omit<CommandRequest, "kind"> = {
    command: [...command],
    ...(terminalType === undefined ? {} : { terminal: { ...(window() ?? DEFAULT_WINDOW), type: terminalType } }),
    ...(user === undefined ? {} : { user }),
    ...(container === undefined ? {} : { container }),
  };
  return request;
}

async function feed(session: CommandSession, input: TerminalInput): Promise<void> {
  for await (const bytes of input.bytes()) await session.write(bytes);
  await session.endInput();
}

/**
 * Runs it to its end and gives its exit code. Without a terminal, Ctrl-C is passed on as SIGINT; with one, as the key.
 * @throws MACHINE_NOT_FOUND, MACHINE_STATE, MACHINE_START_FAILED, UNREACHABLE, CANCELLED when it goes on after SIGINT
 */
export async function runCommand(input: RunCommandInput, deps: RunCommandDeps): Promise<number> {
  const { sessions, signal, timer } = deps;
  const terminal = deps.openInput();
  let cancelGrace: () => void = () => undefined;
  let session: CommandSession | undefined;
  const interrupt = (): void => {
    void session?.signal("SIGINT");
    cancelGrace = timer(GRACE_MS, () => session?.close());
  };
  try {
    session = await sessions.openCommand(input.app, input.machine, requestOf(input, terminal));
    const opened = session;
    terminal.onResize((window) => void opened.resize(window));
    signal.addEventListener("abort", interrupt, { once: true });
    // Its end is the command's affair; where our input breaks, the command hears that there is no more.
    void feed(opened, terminal).catch(() => opened.endInput());
    const output = opened.output();
    for (;;) {
      const step = await output.next();
      if (step.done === true) return step.value;
      await deps.write(step.value.stream, step.value.bytes);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    cancelGrace();
    signal.removeEventListener("abort", interrupt);
    session?.close();
    terminal.release();
  }
}

/** What a console runs that is not told: the image's bash, else its sh. */
export const LOGIN_SHELL: readonly string[] = [
  "/bin/sh",
  "-c",
  "if [ -x /bin/bash ]; then exec /bin/bash; fi; exec /bin/sh",
];

// The process's own standard input as a stream of bytes, with a terminal's keys passed on as they are (raw mode), and the
// size of the terminal. Whoever takes it gives it back.
import { spawnSync } from "node:child_process";
import type { ReadStream } from "node:tty";

export interface TerminalWindow {
  readonly columns: number;
  readonly rows: number;
}

export interface TerminalInput {
  /** What is typed or piped in, until its end or until it is given back. */
  bytes(): AsyncGenerator<Buffer>;
  /** Undefined where the output is no terminal. */
  window(): TerminalWindow | undefined;
  /** Calls the listener after each change of the size. */
  onResize(listener: (window: TerminalWindow) => void): void;
  /** Puts the terminal back as it was, and lets the process end. */
  release(): void;
}

/**
 * @param options.raw keys are passed on one by one, Ctrl-C too, and not shown
 */
export function openTerminalInput({ raw }: { readonly raw: boolean }): TerminalInput {
  const stdin = process.stdin as ReadStream;
  const { stdout } = process;
  const window = (): TerminalWindow | undefined =>
    stdout.isTTY ? { columns: stdout.columns, rows: stdout.rows } : undefined;
  const listeners: (() => void)[] = [];
  if (raw) {
    stdin.setRawMode(true);
    // Node's raw mode still turns line feeds into new lines, which the far terminal did already. Where there is no stty,
    // that stays; the end of the raw mode puts this back too.
    spawnSync("stty", ["-opost"], { stdio: ["inherit", "ignore", "ignore"] });
  }
  return {
    async *bytes() {
      try {
        for await (const chunk of stdin) yield chunk as Buffer;
      } catch (error) {
        // given back while it was read
        if (!stdin.destroyed) throw error;
      }
    },
    window,
    onResize: (listener) => {
      const changed = (): void => {
        const now = window();
        if (now !== undefined) listener(now);
      };
      listeners.push(changed);
      stdout.on("resize", changed);
    },
    release: () => {
      for (const listener of listeners) stdout.off("resize", listener);
      if (raw) stdin.setRawMode(false);
      stdin.destroy();
    },
  };
}

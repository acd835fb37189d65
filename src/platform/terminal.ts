// What the process's standard streams are connected to, and writing to them. Layout and colours are decided in cli/output.
export interface Terminal {
  readonly stdinIsTty: boolean;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  /** Width of the terminal in columns; undefined when the output goes elsewhere and need not fit. */
  readonly columns: number | undefined;
  readonly stdoutColor: boolean;
  readonly stderrColor: boolean;
  writeOut(text: string): void;
  writeError(text: string): void;
}

/**
 * The process's terminal. NO_COLOR turns colours off, FORCE_COLOR on; COLUMNS gives the width where the stream has none.
 */
export function openTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  const { stdin, stdout, stderr } = process;
  const colored = (isTty: boolean): boolean => {
    if (isSet(env["NO_COLOR"])) return false;
    if (isSet(env["FORCE_COLOR"])) return env["FORCE_COLOR"] !== "0";
    return isTty && env["TERM"] !== "dumb";
  };
  return {
    stdinIsTty: stdin.isTTY === true,
    stdoutIsTty: stdout.isTTY === true,
    stderrIsTty: stderr.isTTY === true,
    columns: stdout.columns ?? positiveInteger(env["COLUMNS"]),
    stdoutColor: colored(stdout.isTTY === true),
    stderrColor: colored(stderr.isTTY === true),
    writeOut: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

function positiveInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

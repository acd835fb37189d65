// Runs the built command line as its users do: another process, its own state folder, on one of the test engines.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { machineEngine, type TestEngine } from "./engines.ts";

const root = path.join(import.meta.dirname, "..", "..");
const program = path.join(root, "bin", "run.js");

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Begun {
  /** As SIGKILL does. */
  kill(): void;
  /** As Ctrl-C does. */
  interrupt(): void;
  /** What it has printed on stdout so far. */
  printed(): string;
  readonly ended: Promise<Ran>;
}

export interface HangarCli extends AsyncDisposable {
  readonly engine: TestEngine;
  readonly planet: string;
  /** A folder for projects, removed at the end. */
  readonly dir: string;
  readonly httpPort: number;
  readonly controlPort: number;
  /** Runs a command to its end, whatever that is. */
  run(
    args: readonly string[],
    options?: {
      readonly env?: Readonly<Record<string, string>>;
      readonly cwd?: string;
      readonly timeoutMs?: number;
      /** What it reads; absent: nothing. */
      readonly input?: string;
    },
  ): Promise<Ran>;
  /** Begins a command; `ended` resolves however it ends. */
  begin(args: readonly string[]): Begun;
  /** Runs a command with --json that has to succeed, and gives its value. */
  json<T>(args: readonly string[], options?: { readonly cwd?: string }): Promise<T>;
  /** Runs a command with --json that has to fail, and gives its error. */
  fails(
    args: readonly string[],
    options?: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string },
  ): Promise<{
    exitCode: number;
    code: string;
    message: string;
    suggestions: string[];
    details?: Record<string, unknown>;
  }>;
  /** Runs a program in the network where the planet's ports are, and gives what it printed. */
  inNetwork(command: readonly string[], options?: { readonly input?: string }): Promise<string>;
  docker(...args: string[]): Promise<string>;
  token(): Promise<string>;
}

/** Ports of a test's planet: out of the way of a planet that the machine's owner may have. */
export interface CliOptions {
  readonly planet: string;
  readonly engine?: TestEngine;
  readonly httpPort: number;
  readonly controlPort: number;
}

/** A command line with a state folder of its own. */
export async function createHangarCli({
  planet,
  engine = machineEngine,
  httpPort,
  controlPort,
}: CliOptions): Promise<HangarCli> {
  const base = await mkdtemp(path.join(tmpdir(), "hangar-e2e-"));
  const stateDir = path.join(base, "state");
  const dir = path.join(base, "projects");
  const env = { ...engine.env, HANGAR_STATE_DIR: stateDir, HANGAR_PLANET: planet, NO_COLOR: "1" };
  const [enter, ...entering] = engine.enter;
  const command = (words: readonly string[]): [string, string[]] =>
    enter === undefined ? [words[0] ?? "", [...words.slice(1)]] : [enter, [...entering, ...words]];

  const run: HangarCli["run"] = async (args, options = {}) => {
    const [file, words] = command([process.execPath, program, ...args]);
    const { exitCode, stdout, stderr } = await execa(file, words, {
      reject: false,
      cwd: options.cwd ?? base,
      env: { ...env, ...options.env },
      timeout: options.timeoutMs ?? 150_000,
      ...(options.input === undefined ? { stdin: "ignore" } : { input: options.input }),
    });
    return { exitCode: exitCode ?? -1, stdout, stderr };
  };
  const begin: HangarCli["begin"] = (args) => {
    const [file, words] = command([process.execPath, program, ...args]);
    const child = execa(file, words, { reject: false, cwd: base, env, timeout: 150_000, stdin: "ignore" });
    const ended = child.then(({ exitCode, stdout, stderr }) => ({ exitCode: exitCode ?? -1, stdout, stderr }));
    let printed = "";
    child.stdout.on("data", (bytes: Buffer) => (printed += bytes.toString()));
    return {
      kill: () => void child.kill("SIGKILL"),
      interrupt: () => void child.kill("SIGINT"),
      printed: () => printed,
      ended,
    };
  };
  const cli: HangarCli = {
    begin,
    engine,
    planet,
    dir,
    httpPort,
    controlPort,
    run,
    json: async (args, options) => {
      const { exitCode, stdout, stderr } = await run([...args, "--json"], options);
      if (exitCode !== 0) throw new Error(`hangar ${args.join(" ")} ended with ${exitCode}: ${stdout}${stderr}`);
      return JSON.parse(stdout);
    },
    fails: async (args, options) => {
      const { exitCode, stdout, stderr } = await run([...args, "--json"], options);
      if (exitCode === 0) throw new Error(`hangar ${args.join(" ")} did not fail: ${stdout}${stderr}`);
      return { exitCode, ...JSON.parse(stdout).error };
    },
    inNetwork: async (words, options = {}) => {
      const [file, rest] = command(words);
      return (await execa(file, rest, { env, ...options })).stdout;
    },
    docker: async (...args) => (await execa("docker", args, { env })).stdout,
    token: async () => {
      const { readFile } = await import("node:fs/promises");
      return (await readFile(path.join(stateDir, "planets", planet, "token"), "utf8")).trim();
    },
    [Symbol.asyncDispose]: async () => {
      await run(["reset", "--yes"]);
      await rm(base, { recursive: true, force: true });
    },
  };
  return cli;
}

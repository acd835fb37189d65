// The programs that edge benches run, each on a processor of its own where there are two, and what they cost.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import net from "node:net";
import { availableParallelism } from "node:os";
import { waitUntil } from "../../../src/platform/clock.ts";

/** Linux counts processor time in these. */
const TICK_MS = 10;
const START_DEADLINE_MS = 20_000;
const STARTED_WHEN_MS = 50;

/** Which processor: the proxy's, or that of everything around it. */
export type Core = "proxy" | "around";

export interface Program {
  /** User and system time so far. */
  cpuMs(): number;
  /** Its share of the memory in use: pages that are shared count in part. */
  memoryBytes(): number;
  stop(): Promise<void>;
}

/** Starts a program and waits until it takes connections. */
export async function startProgram(command: readonly string[], core: Core, port: number): Promise<Program> {
  const [program = "", ...args] = pinned(command, core);
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  const said = collected(child);
  const over = new AbortController();
  const ended = new Promise<void>((resolve) => {
    child.once("error", (cause) => over.abort(cause));
    child.once("close", (status) => {
      over.abort(new Error(`${command.join(" ")} ended with ${String(status)}: ${said()}`));
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  try {
    await waitUntil(() => takesConnections(port), {
      ...{ what: `${command[0]} to listen on ${port}`, deadlineMs: START_DEADLINE_MS, intervalMs: STARTED_WHEN_MS },
      signal: over.signal,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { cpuMs: () => cpuMs(child.pid!), memoryBytes: () => memoryBytes(child.pid!), stop };
}

/** Runs a program to its end. @returns what it printed */
export async function runProgram(command: readonly string[], core: Core): Promise<string> {
  const [program = "", ...args] = pinned(command, core);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const said = collected(child);
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const status = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${String(status)}: ${said()}`);
  return printed;
}

function pinned(command: readonly string[], core: Core): readonly string[] {
  return availableParallelism() < 2 ? command : ["taskset", "-c", core === "proxy" ? "0" : "1", ...command];
}

function collected(child: ChildProcess): () => string {
  let text = "";
  child.stderr?.setEncoding("utf8").on("data", (more: string) => (text = (text + more).slice(-2_000)));
  return () => text;
}

function takesConnections(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(undefined));
    socket.once("connect", () => socket.destroy());
  });
}

function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function memoryBytes(pid: number): number {
  const kilobytes = /^Pss: +(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
  return Number(kilobytes) * 1_024;
}

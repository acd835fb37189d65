// What the Machines API does inside a running machine: commands, signals, processes, memory.
import { constants } from "node:os";
import { AppError, asAppError } from "../../errors/app-error.ts";
import type { ExecAnswer, ProcessStat } from "../../contract/machine.ts";
import type { CommandRequest, SessionSignal } from "../../contract/sessions.ts";
import { type RandomBytes, ulid } from "../model/ids.ts";
import type { MachineRecord, PlanetRecord } from "../model/records.ts";
import type { ContainerInfo, ContainerRuntime, FoundFile, RunningCommand } from "../runtime/container-runtime.ts";
import { LABEL, planetLabels } from "../runtime/labels.ts";
import type { Store } from "../control-plane/store/store.ts";
import { programSecrets } from "./environment.ts";
import { programOf } from "./launch.ts";
import { listeningSockets } from "./listening-sockets.ts";
import { shellWords } from "./shell-words.ts";
import type { StateJournal } from "./state-journal.ts";

export interface ExecRequest {
  readonly cmd?: string | undefined;
  readonly command?: readonly string[] | undefined;
  readonly container?: string | undefined;
  readonly stdin?: string | undefined;
  readonly timeout?: number | undefined;
}

export interface AttachedCommand extends RunningCommand {
  /** Sends a signal to the command and what it started. Needs a shell and grep in the image; without them, nothing happens. */
  signal(signal: SessionSignal): Promise<void>;
}

export interface MachineInside {
  /** @throws REQUEST_INVALID, MACHINE_STATE it does not run; DEADLINE, and the command is ended */
  exec(machine: MachineRecord, request: ExecRequest): Promise<ExecAnswer>;
  /** Starts a command and leaves its streams open. @throws MACHINE_STATE it does not run, REQUEST_INVALID */
  openCommand(machine: MachineRecord, request: CommandRequest): Promise<AttachedCommand>;
  /** The container that runs, for its files; `atRest`: also one that does not. @throws MACHINE_STATE */
  containerId(machine: MachineRecord, options?: { readonly atRest?: boolean }): Promise<string>;
  signal(machine: MachineRecord, signal: string | number): Promise<void>;
  /** As of the runtime, in the machine's first container. @throws MACHINE_STATE it does not run */
  findFile(machine: MachineRecord, folder: string, names: readonly string[]): Promise<FoundFile | undefined>;
  processes(machine: MachineRecord): Promise<ProcessStat[]>;
  memory(machine: MachineRecord): Promise<{ limit_mb: number; available_mb: number }>;
  /** @throws REQUEST_INVALID above what the machine was made with */
  setMemory(machine: MachineRecord, limitMb: number): Promise<void>;
}

export interface MachineInsideDeps {
  readonly planet: PlanetRecord;
  readonly store: Store;
  readonly runtime: ContainerRuntime;
  readonly journal: StateJournal;
  readonly now: () => number;
  readonly random: RandomBytes;
}

const DEFAULT_EXEC_S = 60;
const DEFAULT_MEMORY_MB = 256;
const MIB = 1024 * 1024;
/** In the environment of a command, and of all that it starts. */
const SESSION_VARIABLE = "HANGAR_SESSION";
/** An engine cannot signal a command, and says its process's number in its own terms only: so the mark is looked for. */
const SIGNAL_SCRIPT =
  'for at in /proc/[0-9]*; do grep -q "$2" "$at/environ" 2>/dev/null && kill -s "$1" "${at#/proc/}"; done';
/** The number of the signal that a shell's exit code stands for. */
const SIGNALLED = 128;

export function createMachineInside({
  planet,
  store,
  runtime,
  journal,
  now,
  random,
}: MachineInsideDeps): MachineInside {
  const limitOf = (machine: MachineRecord): number =>
    machine.memoryLimitMb ?? machine.config.guest?.memory_mb ?? DEFAULT_MEMORY_MB;

  const containersOf = async (machine: MachineRecord): Promise<ContainerInfo[]> => {
    return runtime.listContainers({
      ...planetLabels(planet.name, "machine"),
      [LABEL.machine]: machine.id,
      [LABEL.instance]: machine.instanceId,
    });
  };
  const notRunning = ({ state }: MachineRecord): AppError =>
    new AppError("MACHINE_STATE", `failed_precondition: machine is not running, currently ${state}`);
  /** The container that runs, by its name in the configuration where it has several. */
  const running = async (machine: MachineRecord, name?: string): Promise<ContainerInfo> => {
    if (machine.state !== "started") throw notRunning(machine);
    const containers = await containersOf(machine);
    const own =
      name === undefined || name === "" ? containers : containers.filter((one) => one.labels[LABEL.container] === name);
    if (own.length === 0 && containers.length > 0)
      throw new AppError("REQUEST_INVALID", `machine ${machine.id} has no container "${name?.slice(0, 63)}"`);
    const found = own.find(({ state }) => state === "running");
    if (found === undefined) throw notRunning(machine);
    return found;
  };
  /** A command sees what the program beside it sees. */
  const secretsOf = (machine: MachineRecord, container: ContainerInfo): Record<string, string> => {
    const program = machine.skipSecrets ? undefined : programOf(machine, container);
    return program === undefined ? {} : programSecrets(program, store.secrets.values(machine.app));
  };
  const wordsOf = ({ command, cmd }: ExecRequest): readonly string[] => {
    const words = command !== undefined && command.length > 0 ? command : shellWords(cmd ?? "");
    if (words === undefined || words.length === 0 || words[0] === "")
      throw new AppError("REQUEST_INVALID", "invalid request: command names no program");
    return words;
  };

  /** Sends a signal to all that has the mark in its environment. Where the image has no shell and grep, nothing happens. */
  const signalMarked = async (container: string, mark: string, signal: SessionSignal | "SIGKILL"): Promise<void> => {
    const words = ["sh", "-c", SIGNAL_SCRIPT, "sh", signal.replace("SIG", ""), `${SESSION_VARIABLE}=${mark}`];
    await runtime.exec(container, words, { user: "0" }).catch(() => undefined);
  };

  return {
    exec: async (machine, request) => {
      const words = wordsOf(request);
      const container = await running(machine, request.container);
      const timeoutS = request.timeout === undefined || request.timeout === 0 ? DEFAULT_EXEC_S : request.timeout;
      const mark = ulid(now(), random);
      const options = {
        timeoutMs: timeoutS * 1_000,
        env: { ...secretsOf(machine, container), [SESSION_VARIABLE]: mark },
        ...(request.stdin === undefined ? {} : { stdin: request.stdin }),
      };
      const { exitCode, stdout, stderr } = await runtime.exec(container.id, words, options).catch(async (thrown) => {
        // What nobody waits for any more must not go on.
        if (asAppError(thrown).code === "DEADLINE") await signalMarked(container.id, mark, "SIGKILL");
        throw thrown;
      });
      const signalled = exitCode > SIGNALLED && exitCode < SIGNALLED + 65;
      return { exit_code: exitCode, stdout, stderr, ...(signalled ? { exit_signal: exitCode - SIGNALLED } : {}) };
    },
    openCommand: async (machine, { command, terminal, user, container: name }) => {
      const container = await running(machine, name);
      const mark = ulid(now(), random);
      const env = {
        ...secretsOf(machine, container),
        [SESSION_VARIABLE]: mark,
        ...(terminal === undefined ? {} : { TERM: terminal.type }),
      };
      const opened = await runtime.openCommand(container.id, command, {
        env,
        ...(terminal === undefined ? {} : { terminal }),
        ...(user === undefined ? {} : { user }),
      });
      return {
        ...opened,
        signal: (signal) => signalMarked(container.id, mark, signal),
      };
    },
    containerId: async (machine, { atRest = false } = {}) => {
      const [found] = atRest ? await containersOf(machine) : [await running(machine)];
      if (found === undefined) throw notRunning(machine);
      return found.id;
    },
    signal: async (machine, signal) => {
      const name =
        typeof signal === "string"
          ? signal
          : Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
      if (name === undefined) throw new AppError("REQUEST_INVALID", `invalid request: ${signal} is no signal`);
      await runtime.signalContainer((await running(machine)).id, name);
    },
    findFile: async (machine, ...file) => runtime.findFile((await running(machine)).id, ...file),
    processes: async (machine) => {
      const container = await running(machine);
      const [processes, detail, sockets] = await Promise.all([
        runtime.processes(container.id),
        runtime.inspectContainer(container.id),
        listeningSockets(runtime, container.id),
      ]);
      const ranS = Math.max(1, Math.round((now() - Date.parse(detail?.startedAt ?? "")) / 1_000) || 1);
      return processes.map(({ pid, command, residentBytes, cpuSeconds }, index) => ({
        pid,
        stime: Math.round(cpuSeconds),
        rtime: ranS,
        command,
        directory: "",
        cpu: Math.round((100 * cpuSeconds) / ranS),
        rss: residentBytes,
        // Which process has a socket is not asked: the machine's first one stands for all.
        listen_sockets: index === 0 ? (sockets ?? []).map((address) => ({ proto: "tcp", address })) : [],
      }));
    },
    memory: async (machine) => {
      const limit = limitOf(machine);
      const [container] = machine.state === "started" ? await containersOf(machine) : [];
      const usage = container === undefined ? undefined : await runtime.usage(container.id);
      return { limit_mb: limit, available_mb: Math.max(0, limit - Math.ceil((usage?.memoryBytes ?? 0) / MIB)) };
    },
    setMemory: async (machine, limitMb) => {
      const most = machine.config.guest?.memory_mb ?? DEFAULT_MEMORY_MB;
      if (limitMb > most)
        throw new AppError("REQUEST_INVALID", `invalid request: limit_mb is above the machine's ${most} MB`);
      const before = store.machine(machine.id)?.memoryLimitMb ?? null;
      journal.write(machine.id, { memoryLimitMb: limitMb });
      try {
        for (const { id } of await containersOf(machine)) await runtime.updateLimits(id, { memoryMb: limitMb });
      } catch (error) {
        journal.write(machine.id, { memoryLimitMb: before });
        throw error;
      }
    },
  };
}

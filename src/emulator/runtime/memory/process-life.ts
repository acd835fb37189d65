// Starting and ending the programs of the in-memory engine: ports, addresses, states, events, restarts.
import type { PublishedPort } from "../container-spec.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { ContainerEvent } from "../container-runtime.ts";
import type { ContainerTable, MemoryContainer } from "./container-table.ts";
import type { EventHub } from "./event-hub.ts";
import type { NetworkTable } from "./networks.ts";
import { exitCodeOnSignal, KILLED } from "./programs.ts";
import { refusals } from "./refusals.ts";

const NOT_FOUND_EXIT_CODE = 127;
const FIRST_RESTART_PAUSE_MS = 100;
const MAX_RESTART_PAUSE_MS = 60_000;

export interface ProcessLife {
  start(container: MemoryContainer, stdin?: string | Uint8Array): void;
  /** Ends a running program and waits for nothing. */
  end(container: MemoryContainer, exitCode: number, how?: { readonly oom?: boolean }): void;
  /** @throws CONFLICT it is not running */
  signal(container: MemoryContainer, signal: string): void;
  /** Signal, grace period, SIGKILL. */
  stop(container: MemoryContainer, signal: string, timeoutMs: number): Promise<void>;
  setPaused(container: MemoryContainer, paused: boolean): void;
  emit(
    container: MemoryContainer,
    action: ContainerEvent["action"],
    more?: Pick<ContainerEvent, "exitCode" | "oomKilled">,
  ): void;
}

export const isRunning = (container: MemoryContainer): boolean =>
  container.state === "running" || container.state === "paused";

const linesOf = (input: string | Uint8Array): string[] =>
  Buffer.from(input)
    .toString()
    .split("\n")
    .filter((line) => line !== "");

/** The life of programs on these networks. */
export function createProcessLife(deps: {
  readonly clock: Clock;
  readonly networks: NetworkTable;
  readonly hub: EventHub;
  readonly containers: ContainerTable;
}): ProcessLife {
  const { clock, networks, hub, containers } = deps;
  const ports = new Map<number, string>();
  let pids = 1000;
  const timestamp = (): string => new Date(clock.now()).toISOString();

  const emit: ProcessLife["emit"] = (container, action, more = {}) => {
    hub.emit({ action, containerId: container.id, labels: container.spec.labels, timeMs: clock.now(), ...more });
  };

  const release = (container: MemoryContainer): void => {
    for (const network of container.attachments.keys()) networks.leave(network, container.id);
    for (const { hostPort } of tcpPorts(container)) if (ports.get(hostPort) === container.id) ports.delete(hostPort);
  };

  const claim = (container: MemoryContainer): void => {
    const { networkOf } = container.spec;
    if (networkOf !== undefined && !isRunning(containers.get(networkOf))) throw refusals.notRunning(networkOf);
    for (const attachment of container.attachments.values()) networks.join(attachment, container.id);
    for (const { hostPort } of tcpPorts(container)) {
      if (ports.has(hostPort)) throw refusals.portTaken(hostPort);
      ports.set(hostPort, container.id);
    }
    if (container.program.kind === "unstartable") {
      container.exitCode = NOT_FOUND_EXIT_CODE;
      throw refusals.unstartable(container.program.error);
    }
  };

  const begin = (container: MemoryContainer, stdin: string | Uint8Array = ""): void => {
    try {
      claim(container);
    } catch (thrown) {
      release(container);
      container.error = thrown instanceof Error ? thrown.message : String(thrown);
      throw thrown;
    }
    Object.assign(container, {
      state: "running",
      pid: (pids += 1),
      exitCode: 0,
      oomKilled: false,
      error: "",
      startedAt: timestamp(),
      stopRequested: false,
    });
    container.run += 1;
    emit(container, "start");
    const { program } = container;
    if (program.kind === "unstartable") return;
    for (const line of program.output ?? []) container.log.write("stdout", line, clock.now());
    if (program.kind !== "exits") return;
    if (program.echoes === true) for (const line of linesOf(stdin)) container.log.write("stdout", line, clock.now());
    void endLater(container, program, program.afterMs ?? 0);
  };

  async function endLater(
    container: MemoryContainer,
    { code, oom = false }: { readonly code: number; readonly oom?: boolean },
    afterMs: number,
  ): Promise<void> {
    const { run } = container;
    await clock.sleep(afterMs);
    if (container.run === run && isRunning(container)) end(container, code, { oom });
  }

  const end: ProcessLife["end"] = (container, exitCode, how = {}) => {
    if (!isRunning(container)) return;
    release(container);
    Object.assign(container, {
      state: "exited",
      pid: 0,
      exitCode,
      oomKilled: how.oom === true,
      finishedAt: timestamp(),
    });
    if (how.oom === true) emit(container, "oom");
    emit(container, "die", { exitCode, oomKilled: how.oom === true });
    container.log.endFollowers();
    for (const ended of container.endWaiters) ended();
    container.endWaiters.clear();
    if (container.spec.restartAlways === true && !container.stopRequested) void restart(container);
  };

  async function restart(container: MemoryContainer): Promise<void> {
    const { run } = container;
    await clock.sleep(Math.min(FIRST_RESTART_PAUSE_MS * 2 ** container.restarts, MAX_RESTART_PAUSE_MS));
    if (container.run !== run || container.state !== "exited" || container.stopRequested) return;
    container.restarts += 1;
    try {
      begin(container);
    } catch {
      // as the engine: what hinders a restart is kept in the container's error
    }
  }

  const signal: ProcessLife["signal"] = (container, name) => {
    if (!isRunning(container)) throw refusals.notRunning(container.id);
    const exitCode = exitCodeOnSignal(container.program, name);
    // a paused program gets its signals when it goes on; only SIGKILL reaches it
    if (exitCode === undefined || (container.state === "paused" && exitCode !== KILLED)) return;
    container.stopRequested = true;
    end(container, exitCode);
  };

  const setPaused: ProcessLife["setPaused"] = (container, paused) => {
    if (!isRunning(container)) throw refusals.notRunning(container.id);
    const wanted = paused ? "paused" : "running";
    if (container.state === wanted) return;
    container.state = wanted;
    emit(container, paused ? "pause" : "unpause");
  };

  return {
    start: (container, stdin) => {
      if (isRunning(container)) return;
      container.restarts = 0;
      begin(container, stdin);
    },
    end,
    signal,
    setPaused,
    emit,
    stop: async (container, name, timeoutMs) => {
      container.stopRequested = true;
      if (!isRunning(container)) return;
      if (container.state === "paused") setPaused(container, false);
      const ended = new Promise<void>((resolve) => container.endWaiters.add(resolve));
      signal(container, name);
      if (!isRunning(container)) return;
      const waiting = new AbortController();
      const expired = clock.sleep(timeoutMs, waiting.signal).catch(() => undefined);
      await Promise.race([ended, expired]);
      waiting.abort();
      await expired;
      end(container, KILLED);
    },
  };
}

/** Those that another container's can clash with here: UDP's are not kept count of. */
function tcpPorts({ spec }: MemoryContainer): readonly PublishedPort[] {
  return (spec.publish ?? []).filter(({ protocol }) => protocol === undefined);
}

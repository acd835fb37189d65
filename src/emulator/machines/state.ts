// Pure: the states of a machine, which follows which, and what the events of its life say.
import type { MachineEvent, MachineState } from "../../contract/machine.ts";
import type { ContainerDetail } from "../runtime/container-runtime.ts";

/** State → the states that may follow. Destroying may follow everything, and is followed by destroyed alone. */
const FOLLOWING: Readonly<Record<MachineState, readonly MachineState[]>> = {
  creating: ["created"],
  created: ["starting", "replacing", "updating", "stopped"],
  starting: ["started", "failed", "launch_failed", "stopping", "stopped", "replacing", "restarting", "starting"],
  started: ["starting", "restarting", "stopping", "stopped", "suspending", "replacing", "updating", "failed"],
  restarting: ["starting", "stopping", "stopped", "replacing", "failed"],
  suspending: ["suspended", "starting", "stopping", "stopped", "replacing"],
  suspended: ["starting", "started", "stopping", "stopped", "replacing", "updating"],
  stopping: ["stopped", "failed", "starting", "replacing"],
  stopped: ["starting", "replacing", "updating"],
  updating: ["replacing", "starting", "created", "stopped"],
  replacing: ["started", "starting", "created", "stopped", "failed", "launch_failed", "replacing", "stopping"],
  failed: ["starting", "stopping", "stopped", "replacing", "updating"],
  launch_failed: ["starting", "replacing", "updating"],
  destroying: ["destroyed"],
  destroyed: [],
  replaced: [],
};

/** Whether a machine may go from one state to another, or stay where it is. */
export function mayFollow(from: MachineState, to: MachineState): boolean {
  if (from === to || FOLLOWING[from].includes(to)) return true;
  return to === "destroying" && from !== "destroyed" && from !== "replaced";
}

const SIGNALLED = 128;
const LAST_SIGNAL = 64;

export interface ExitFacts {
  /** Absent when the container was gone before it could be asked. */
  readonly detail: Pick<ContainerDetail, "exitCode" | "oomKilled" | "finishedAt"> | undefined;
  readonly requestedStop: boolean;
  readonly restarting: boolean;
  /** Restarts by policy so far, with the one that follows. */
  readonly restartCount: number;
  readonly nowMs: number;
  /** The container that ended, of a machine that has several. */
  readonly container?: string;
}

/** What an exit event says, under the platform's names; -1 where no signal ended the program. */
export function exitRequest(facts: ExitFacts): Record<string, unknown> {
  const code = facts.detail?.exitCode ?? 0;
  const signal = code > SIGNALLED && code <= SIGNALLED + LAST_SIGNAL ? code - SIGNALLED : -1;
  return {
    exit_event: {
      exit_code: code,
      guest_exit_code: code,
      guest_signal: signal,
      signal,
      oom_killed: facts.detail?.oomKilled ?? false,
      requested_stop: facts.requestedStop,
      restarting: facts.restarting,
      exited_at: facts.detail?.finishedAt ?? new Date(facts.nowMs).toISOString(),
      ...(facts.container === undefined ? {} : { container: facts.container }),
    },
    restart_count: facts.restartCount,
  };
}

/** What was decided about that exit of a container; undefined: nobody has heard of it yet. */
export function exitDecided(
  events: readonly MachineEvent[],
  finishedAt: string,
  container: string | undefined,
): "restart" | "end" | undefined {
  for (const { type, request } of events) {
    const exit = request?.["exit_event"] as Readonly<Record<string, unknown>> | undefined;
    if (type === "exit" && exit?.["exited_at"] === finishedAt && exit["container"] === container)
      return exit["restarting"] === true ? "restart" : "end";
  }
  return undefined;
}

// What a container uses and may use: its processes, its CPU time and memory, and changes of its limits.
import type { ContainerStats } from "dockerode";
import type { ContainerRuntime, ContainerUsage, ProcessInfo } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { limitOptions } from "./container-options.ts";
import { labelFilter } from "./networks.ts";

const COLUMNS = "pid,ppid,user,rss,cputimes,args";
const BYTES_PER_KB = 1024;

/** A row of the engine's answer, in the order of COLUMNS. */
export function parseProcess(row: readonly string[]): ProcessInfo {
  const [pid, parentPid, user = "", residentKb, cpuSeconds, ...command] = row;
  return {
    pid: Number(pid),
    parentPid: Number(parentPid),
    user,
    residentBytes: Number(residentKb) * BYTES_PER_KB,
    cpuSeconds: Number(cpuSeconds),
    command: command.join(" "),
  };
}

/** What the engine's statistics say; undefined for a container that does not run (the engine answers zeros). */
export function parseUsage(stats: ContainerStats): ContainerUsage | undefined {
  // the engine leaves all of this out for what does not run
  const memory = stats.memory_stats as Partial<ContainerStats["memory_stats"]> | undefined;
  if (memory?.usage === undefined) return undefined;
  const details = memory.stats as { inactive_file?: number; total_inactive_file?: number } | undefined;
  return {
    cpuNs: stats.cpu_stats.cpu_usage.total_usage,
    memoryBytes: Math.max(0, memory.usage - (details?.total_inactive_file ?? details?.inactive_file ?? 0)),
    memoryLimitBytes: memory.limit ?? 0,
    pids: stats.pids_stats?.current ?? 0,
  };
}

/** The operations of the runtime on what containers use. */
export function createObserveOperations(
  client: EngineClient,
): Pick<ContainerRuntime, "processes" | "usage" | "writtenBytes" | "updateLimits"> {
  return {
    processes: (id) =>
      client.call(`list the processes of container "${id}"`, async (docker) => {
        const { Processes } = (await docker.getContainer(id).top({ ps_args: `-eo ${COLUMNS}` })) as {
          Processes: string[][];
        };
        return Processes.map(parseProcess);
      }),
    usage: (id) =>
      client.call(`measure container "${id}"`, async (docker) =>
        parseUsage(await docker.getContainer(id).stats({ stream: false, "one-shot": true })),
      ),
    writtenBytes: async (labels) => {
      const listed = await client.call("measure containers", (docker) =>
        docker.listContainers({ all: true, size: true, filters: labelFilter(labels) }),
      );
      // the type of dockerode leaves out what `size` adds
      return new Map(listed.map((found) => [found.Id, (found as { SizeRw?: number }).SizeRw ?? 0]));
    },
    updateLimits: async (id, limits) => {
      await client.call(`change the limits of container "${id}"`, (docker) =>
        docker.getContainer(id).update(limitOptions(limits)),
      );
    },
  };
}

// The log of an app: the lines of all its machines' containers, merged, and followed across replacements.
import type { LogEntry } from "../../contract/planet.ts";
import type { PlanetRecord } from "../model/records.ts";
import type { ContainerInfo, ContainerRuntime, LogLine } from "../runtime/container-runtime.ts";
import { LABEL, planetLabels } from "../runtime/labels.ts";

export interface LogOptions {
  readonly follow: boolean;
  /** Lines from the past, over all machines. */
  readonly tail: number;
  readonly region?: string;
  readonly machine?: string;
}

export interface AppLogs {
  /** Entries oldest first; with follow, until the signal fires. */
  read(app: string, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogEntry>;
}

/** Entries that a slow reader may leave waiting; what comes beyond is dropped, oldest first. */
const MAX_WAITING = 10_000;

export function createAppLogs(
  planet: PlanetRecord,
  runtime: ContainerRuntime,
  onChange: (listener: () => void) => () => void,
): AppLogs {
  const containersOf = async (app: string, { region, machine }: LogOptions): Promise<ContainerInfo[]> => {
    const labels = {
      ...planetLabels(planet.name, "machine"),
      [LABEL.app]: app,
      ...(region === undefined ? {} : { [LABEL.region]: region }),
      ...(machine === undefined ? {} : { [LABEL.machine]: machine }),
    };
    return runtime.listContainers(labels);
  };
  const entryOf = (container: ContainerInfo, line: LogLine): LogEntry => ({
    timestamp: line.timestamp,
    app: container.labels[LABEL.app] ?? "",
    region: container.labels[LABEL.region] ?? "",
    machine: container.labels[LABEL.machine] ?? "",
    stream: line.stream,
    message: line.text,
  });
  const past = async (containers: readonly ContainerInfo[], tail: number): Promise<LogEntry[]> => {
    const entries: LogEntry[] = [];
    await Promise.all(
      containers.map(async (container) => {
        for await (const line of runtime.logs(container.id, { follow: false, tail }))
          entries.push(entryOf(container, line));
      }),
    );
    return entries.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1)).slice(-tail);
  };

  return {
    read: async function* (app, options, signal) {
      const containers = await containersOf(app, options);
      const since = new Map<string, string>();
      let newest: string | undefined;
      if (options.tail > 0) {
        for (const entry of await past(containers, options.tail)) {
          newest = entry.timestamp;
          yield entry;
        }
      }
      if (!options.follow) return;
      // What was shown ends here for every machine that is there: lines before it were left out on purpose.
      if (newest !== undefined) for (const { labels } of containers) since.set(labels[LABEL.machine] ?? "", newest);

      const waiting: LogEntry[] = [];
      let wake: () => void = () => undefined;
      const followed = new Set<string>();
      const follow = async (container: ContainerInfo, from: string | undefined): Promise<void> => {
        followed.add(container.id);
        try {
          for await (const line of runtime.logs(container.id, {
            follow: true,
            ...(from === undefined ? { tail: options.tail === 0 ? 0 : MAX_WAITING } : { since: from }),
            signal,
          })) {
            if (from !== undefined && line.timestamp <= from) continue;
            waiting.push(entryOf(container, line));
            if (waiting.length > MAX_WAITING) waiting.shift();
            wake();
          }
        } catch {
          // The container is gone or the engine went away: the next look finds what there is then.
        } finally {
          // Stopped containers may be started again.
          followed.delete(container.id);
        }
      };
      const look = async (): Promise<void> => {
        const present = await containersOf(app, options).catch(() => []);
        for (const container of present)
          if (!followed.has(container.id) && container.state === "running")
            void follow(container, since.get(container.labels[LABEL.machine] ?? ""));
      };
      const ended = onChange(() => void look());
      signal.addEventListener("abort", () => wake(), { once: true });
      try {
        await look();
        while (!signal.aborted) {
          for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
            since.set(entry.machine, entry.timestamp);
            yield entry;
          }
          if (signal.aborted) break;
          await new Promise<void>((resolve) => {
            wake = resolve;
            if (waiting.length > 0) resolve();
          });
        }
      } finally {
        ended();
      }
    },
  };
}

// The log of an app: the lines of all its machines' containers, merged, and followed across replacements.
import type { LogEntry } from "../../contract/planet.ts";
import type { AppLogLine } from "../../contract/world.ts";
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
  /** A line of the planet's own about the app; kept in memory, the last ones of each app. */
  add(line: AppLogLine): void;
}

/** Entries that a slow reader may leave waiting; what comes beyond is dropped, oldest first. */
const MAX_WAITING = 10_000;
/** The planet's own lines that are kept for each app. */
const MAX_PLATFORM_LINES = 1_000;

export function createAppLogs(
  planet: PlanetRecord,
  runtime: ContainerRuntime,
  onChange: (listener: () => void) => () => void,
): AppLogs {
  const platformLines = new Map<string, LogEntry[]>();
  const listeners = new Set<(entry: LogEntry) => void>();
  const fits = (entry: LogEntry, { region, machine }: LogOptions): boolean =>
    (region === undefined || entry.region === region) && (machine === undefined || entry.machine === machine);
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
  const past = async (app: string, containers: readonly ContainerInfo[], options: LogOptions): Promise<LogEntry[]> => {
    const { tail } = options;
    const entries: LogEntry[] = (platformLines.get(app) ?? []).filter((entry) => fits(entry, options));
    await Promise.all(
      containers.map(async (container) => {
        for await (const line of runtime.logs(container.id, { follow: false, tail }))
          entries.push(entryOf(container, line));
      }),
    );
    return entries.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1)).slice(-tail);
  };

  return {
    add({ app, region, machine, timestamp, message }) {
      // A fault begins with its code (ER-09).
      const level = /^\[P[A-Z]\d\d\] /.test(message) ? "error" : "info";
      const entry: LogEntry = {
        ...{ timestamp, app, region, machine, stream: "platform", provider: "proxy", level },
        message,
      };
      const lines = platformLines.get(app) ?? [];
      platformLines.set(app, lines);
      lines.push(entry);
      if (lines.length > MAX_PLATFORM_LINES) lines.shift();
      for (const listener of [...listeners]) listener(entry);
    },
    read: async function* (app, options, signal) {
      const containers = await containersOf(app, options);
      const since = new Map<string, string>();
      let newest: string | undefined;
      if (options.tail > 0) {
        for (const entry of await past(app, containers, options)) {
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
      const onPlatformLine = (entry: LogEntry): void => {
        if (entry.app !== app || !fits(entry, options)) return;
        waiting.push(entry);
        if (waiting.length > MAX_WAITING) waiting.shift();
        wake();
      };
      listeners.add(onPlatformLine);
      const ended = onChange(() => void look());
      signal.addEventListener("abort", () => wake(), { once: true });
      try {
        await look();
        while (!signal.aborted) {
          for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
            if (entry.stream !== "platform") since.set(entry.machine, entry.timestamp);
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
        listeners.delete(onPlatformLine);
      }
    },
  };
}

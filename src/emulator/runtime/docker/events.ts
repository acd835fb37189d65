// The engine's events about our containers, from the moment of subscription on.
import type { ContainerEvent, ContainerRuntime } from "../container-runtime.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { EngineClient } from "./client.ts";
import { engineError } from "./errors.ts";
import { createLineSplitter } from "./frames.ts";
import { labelFilter } from "./networks.ts";
import { chunksOf, openStream } from "./streams.ts";

const ACTIONS = ["start", "die", "oom", "destroy", "pause", "unpause"] as const;
/** What the engine mixes into the labels of an event. */
const NOT_LABELS = new Set(["name", "image", "exitCode", "signal", "execDuration", "execID", "containerExitCode"]);

interface RawEvent {
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> };
  readonly timeNano?: number;
}

/** The event of a line of the engine's; undefined for what Hangar does not listen to. */
export function parseEvent(line: string): ContainerEvent | undefined {
  const raw = JSON.parse(line) as RawEvent;
  const action = ACTIONS.find((known) => known === raw.Action);
  const containerId = raw.Actor?.ID;
  if (action === undefined || containerId === undefined) return undefined;
  const attributes = raw.Actor?.Attributes ?? {};
  const exitCode = attributes["exitCode"];
  return {
    action,
    containerId,
    labels: Object.fromEntries(Object.entries(attributes).filter(([key]) => !NOT_LABELS.has(key))),
    ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }),
    timeMs: Math.floor((raw.timeNano ?? 0) / 1e6),
  };
}

/** Says with the end of a container whether an oom came before it: the engine's own event of the end does not. */
export function createOomMarker(): (event: ContainerEvent) => ContainerEvent {
  const starved = new Set<string>();
  return (event) => {
    const { action, containerId } = event;
    if (action === "oom") starved.add(containerId);
    if (action === "start" || action === "destroy") starved.delete(containerId);
    return action === "die" ? { ...event, oomKilled: starved.delete(containerId) } : event;
  };
}

/** The events operation of the runtime on an engine. */
export function createEventOperations(client: EngineClient): Pick<ContainerRuntime, "events"> {
  const doing = "report events";
  async function* read(stream: NodeJS.ReadableStream, signal: AbortSignal): AsyncGenerator<ContainerEvent> {
    const lines = createLineSplitter();
    const mark = createOomMarker();
    try {
      for await (const chunk of chunksOf(stream, signal)) {
        for (const line of lines.push(chunk)) {
          const event = parseEvent(line);
          if (event !== undefined) yield mark(event);
        }
      }
    } catch (thrown) {
      throw engineError(doing, thrown, client.endpoint);
    }
    if (!signal.aborted) {
      throw new AppError("DOCKER_UNAVAILABLE", `The Docker engine at ${client.endpoint} stopped reporting events`, {
        suggestions: ["hangar doctor"],
        details: { endpoint: client.endpoint },
      });
    }
  }
  return {
    events: async (labels, signal) => {
      const stream = await client.call(doing, async (docker) => {
        // the engine sends its headers just before it subscribes: from its own time on, it also gives what it kept
        const { SystemTime } = (await docker.info()) as { SystemTime: string };
        const since = `${Math.floor(Date.parse(SystemTime) / 1000)}.${(/\.(\d+)/.exec(SystemTime)?.[1] ?? "0").padEnd(9, "0")}`;
        return openStream(docker, "/events", {
          since,
          filters: { type: ["container"], event: [...ACTIONS], ...labelFilter(labels) },
        });
      });
      return read(stream, signal);
    },
  };
}

// The log of one container of the in-memory engine, bounded as the Docker adapter's log driver bounds it.
import type { LogLine } from "../container-runtime.ts";
import { type Channel, createChannel } from "./channel.ts";

const MAX_LINES = 10_000;
const DROPPED_AT_ONCE = 1_000;

export interface LogBook {
  write(stream: LogLine["stream"], text: string, nowMs: number): void;
  /** Ends the readers that follow: the program ended, or the container is gone. */
  endFollowers(): void;
  failFollowers(error: Error): void;
  read(
    options: {
      readonly follow: boolean;
      readonly tail?: number;
      readonly since?: string;
      readonly signal?: AbortSignal;
    },
    running: boolean,
  ): AsyncGenerator<LogLine>;
}

/** RFC 3339 with nine decimals; the last six count the lines, so that no two are equal. */
function renderTimestamp(nowMs: number, counter: number): string {
  return `${new Date(nowMs).toISOString().slice(0, -1)}${String(counter % 1_000_000).padStart(6, "0")}Z`;
}

/** An empty log. */
export function createLogBook(): LogBook {
  const lines: LogLine[] = [];
  const followers = new Set<Channel<LogLine>>();
  let counter = 0;
  return {
    write: (stream, text, nowMs) => {
      const line: LogLine = { stream, timestamp: renderTimestamp(nowMs, (counter += 1)), text };
      lines.push(line);
      if (lines.length > MAX_LINES) lines.splice(0, DROPPED_AT_ONCE);
      for (const follower of followers) follower.push(line);
    },
    endFollowers: () => {
      for (const follower of followers) follower.close();
    },
    failFollowers: (error) => {
      for (const follower of followers) follower.fail(error);
    },
    read: ({ follow, tail, since, signal }, running) => {
      const channel = createChannel<LogLine>();
      const wanted = since === undefined ? lines : lines.filter((line) => line.timestamp >= since);
      const shown = tail === undefined ? wanted : tail === 0 ? [] : wanted.slice(-tail);
      for (const line of shown) channel.push(line);
      if (follow && running) followers.add(channel);
      else channel.close();
      return channel.read(signal, () => followers.delete(channel));
    },
  };
}

// HTTP/2 for clients: all sessions, how many there may be, and when they send.
import type { Conn, ConnListener } from "../http1/conn.ts";
import type { Adopt } from "../http1/listener.ts";
import { ServerSession } from "./server-session.ts";
import type { SessionDeps } from "./session-deps.ts";
import { Slabs } from "./session-output.ts";

const MAX_SESSIONS = 10_000;

export interface Http2Sessions {
  /** Takes up a connection on which HTTP/2 was agreed. @param open makes its Conn */
  serve(open: (listener: ConnListener) => Conn, adopt: Adopt): void;
  /** Enforces time limits; called now and then. */
  sweep(): void;
  /** Takes no more streams; those that are open end in peace. Resolves when all sessions are over. */
  drain(): Promise<void>;
  close(): void;
}

export interface Http2SessionsOptions {
  /** A session without anything moving for that long is closed. */
  readonly idleMs: number;
  /** When there are so many, the one makes room that has been without streams for longest. Absent: 10,000. */
  readonly maxSessions?: number | undefined;
  nowMs(): number;
}

export function createHttp2Sessions(options: Http2SessionsOptions): Http2Sessions {
  const { idleMs, maxSessions = MAX_SESSIONS, nowMs } = options;
  const sessions = new Set<ServerSession>();
  /** Those without a stream, the one that has none for longest first. */
  const idle = new Set<ServerSession>();
  /** Those that have something to send. */
  const woken = new Set<ServerSession>();
  let drained: (() => void) | undefined;

  const flush = (): void => {
    const all = [...woken];
    woken.clear();
    for (const session of all) session.flush();
  };
  const deps: SessionDeps = {
    ...{ slabs: new Slabs(), idleMs, nowMs },
    wake(session) {
      // When all that has come by now was read.
      if (woken.size === 0) setImmediate(flush);
      woken.add(session);
    },
    busy(session, isBusy) {
      idle.delete(session);
      if (!isBusy && sessions.has(session)) idle.add(session);
    },
    closed(session) {
      sessions.delete(session);
      idle.delete(session);
      if (sessions.size === 0) drained?.();
    },
  };

  return {
    serve(open, adopt) {
      const [longestIdle] = idle;
      if (sessions.size >= maxSessions) longestIdle?.destroy();
      const session = new ServerSession(deps, adopt);
      sessions.add(session);
      idle.add(session);
      session.attach(open(session));
      if (drained !== undefined) session.retire();
    },
    sweep: () => {
      for (const session of [...sessions]) session.sweep();
    },
    drain: () =>
      new Promise((resolve) => {
        drained = resolve;
        for (const session of sessions) session.drain();
        if (sessions.size === 0) resolve();
      }),
    close: () => {
      for (const session of [...sessions]) session.destroy();
    },
  };
}

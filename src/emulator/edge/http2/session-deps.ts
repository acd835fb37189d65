// What a session needs of all that is around it.
import type { ServerSession } from "./server-session.ts";
import type { Slabs } from "./session-output.ts";

/** What all sessions share, and what becomes of one. */
export interface SessionDeps {
  readonly slabs: Slabs;
  /** A session without anything moving for that long is closed. */
  readonly idleMs: number;
  nowMs(): number;
  /** session.flush() is to be called at the end of this turn. */
  wake(session: ServerSession): void;
  /** It has its first stream, or has lost its last. */
  busy(session: ServerSession, isBusy: boolean): void;
  closed(session: ServerSession): void;
}

// Holds requests that no machine can take at the moment, in the order they came, for a bounded time and in a bounded
// number. Decides nothing: each waiter is asked again when something has changed.

/** More than this and the newest is refused: the process must not run out of memory while an app is stuck. */
export const MAX_WAITERS = 1_024;

export interface Waiter {
  readonly app: string;
  readonly deadlineMs: number;
  /** Tries again; false: it still has to wait. */
  retry(): boolean;
  expire(): void;
}

export interface WaitingRoom {
  /** @returns how to leave, or undefined where the room is full */
  enter(waiter: Waiter): (() => void) | undefined;
  /** Something has changed for the app, or (without a name) for all. */
  changed(app?: string): void;
  /** Sends those away whose time is up; called now and then. */
  sweep(nowMs: number): void;
  readonly size: number;
}

export function createWaitingRoom(maxWaiters = MAX_WAITERS): WaitingRoom {
  const waiters = new Set<Waiter>();
  let asking = false;

  return {
    get size() {
      return waiters.size;
    },
    enter(waiter) {
      if (waiters.size >= maxWaiters) return undefined;
      waiters.add(waiter);
      return () => void waiters.delete(waiter);
    },
    changed(app) {
      // A retry that fails at once frees its slot again, which must not start the round anew.
      if (asking || waiters.size === 0) return;
      asking = true;
      try {
        for (const waiter of [...waiters]) {
          if (!waiters.has(waiter) || (app !== undefined && waiter.app !== app)) continue;
          if (waiter.retry()) waiters.delete(waiter);
          // Those behind it want the same slots.
          else if (app !== undefined) break;
        }
      } finally {
        asking = false;
      }
    },
    sweep(nowMs) {
      for (const waiter of [...waiters]) {
        if (nowMs < waiter.deadlineMs) continue;
        waiters.delete(waiter);
        waiter.expire();
      }
    },
  };
}

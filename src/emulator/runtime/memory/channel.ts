// A queue that one reader iterates over: events and followed logs of the in-memory engine.

export interface Channel<T> {
  push(value: T): void;
  /** Ends the iteration after what was pushed. */
  close(): void;
  /** Ends the iteration with an error after what was pushed. */
  fail(error: Error): void;
  /** Ends at once on abort. */
  read(signal: AbortSignal | undefined, onEnd: () => void): AsyncGenerator<T>;
}

/** An empty channel. */
export function createChannel<T>(): Channel<T> {
  let queue: T[] = [];
  let ended = false;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  const rouse = (): void => {
    wake?.();
    wake = undefined;
  };
  return {
    push: (value) => {
      queue.push(value);
      rouse();
    },
    close: () => {
      ended = true;
      rouse();
    },
    fail: (error) => {
      failure = error;
      rouse();
    },
    async *read(signal, onEnd) {
      signal?.addEventListener("abort", rouse, { once: true });
      const aborted = (): boolean => signal?.aborted === true;
      try {
        while (!aborted()) {
          const batch = queue;
          queue = [];
          for (const value of batch) {
            yield value;
            if (aborted()) return;
          }
          if (queue.length > 0) continue;
          if (failure !== undefined) throw failure;
          if (ended) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        signal?.removeEventListener("abort", rouse);
        onEnd();
      }
    },
  };
}

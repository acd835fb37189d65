// Works on several things at a time, and stops at the first failure.

/** Ends with the first failure of any of the works that share it, so that the others do not go on in vain. */
export interface Shared {
  readonly signal: AbortSignal;
  fail(error: unknown): void;
}

export function createShared(outer: AbortSignal): Shared {
  const failing = new AbortController();
  return {
    signal: AbortSignal.any([outer, failing.signal]),
    fail: (error) => failing.abort(error),
  };
}

/**
 * Does the work for each item, so many at a time, in order. After a failure nothing more is begun; what was begun ends.
 * @throws the first failure
 */
export async function inPool<T>(
  items: readonly T[],
  size: number,
  shared: Shared,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      shared.signal.throwIfAborted();
      try {
        await work(item);
      } catch (error) {
        shared.fail(error);
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(size, items.length) }, worker));
  if (results.some(({ status }) => status === "rejected")) throwFirst(shared, results);
}

/** The failure that came first: the others may only be its consequences. */
function throwFirst(shared: Shared, results: readonly PromiseSettledResult<unknown>[]): never {
  const own = results.find((result) => result.status === "rejected");
  throw shared.signal.aborted ? shared.signal.reason : own?.reason;
}

/** Does all works at the same time. @throws the first failure, when all have ended */
export async function together(shared: Shared, works: readonly (() => Promise<void>)[]): Promise<void> {
  await inPool(works, works.length, shared, (work) => work());
}

// Looks around at the engine once, and then hears of what changes there.
import type { ContainerEvent } from "../runtime/container-runtime.ts";

export interface FollowEngineInput {
  open(signal: AbortSignal): Promise<AsyncIterable<ContainerEvent>>;
  lookAround(): Promise<void>;
  handle(event: ContainerEvent): void;
  readonly signal: AbortSignal;
}

/** Ends when the stream does. */
export async function followEngine({ open, lookAround, handle, signal }: FollowEngineInput): Promise<void> {
  const ended = new AbortController();
  try {
    // The stream is opened before the look around, so that nothing falls between the two.
    const events = await open(AbortSignal.any([signal, ended.signal]));
    const iterator = events[Symbol.asyncIterator]();
    let next = iterator.next();
    // It may break while the look around goes on; the loop below hears of it all the same.
    next.catch(() => undefined);
    await lookAround();
    for (let step = await next; step.done !== true; step = await next) {
      next = iterator.next();
      handle(step.value);
    }
  } finally {
    ended.abort();
  }
}

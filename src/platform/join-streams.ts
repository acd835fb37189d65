// Two connections made one: what comes in on each goes out on the other.
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Breaks a connection off so that the other side cannot take it for a clean end. */
export function breakOff(stream: Duplex): void {
  if (stream.destroyed) return;
  // Socket files have no reset; and one on top of an end that is under way keeps libuv busy for ever.
  const canReset = stream instanceof Socket && stream.remoteAddress !== undefined && !stream.writableEnded;
  if (canReset) stream.resetAndDestroy();
  // without it, the reset would wait until all that was written is taken
  stream.destroy();
}

/**
 * Passes bytes both ways, each way until its own end, no faster than they are taken. One that breaks off takes the other
 * with it. Both have to allow one way to go on after the other has ended. Resolves when both are closed; never fails.
 */
export async function joinStreams(a: Duplex, b: Duplex): Promise<void> {
  await Promise.all([passOn(a, b), passOn(b, a)]);
}

function passOn(from: Duplex, to: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const gone = (): void => {
      if (!from.readableEnded || from.errored !== null) breakOff(to);
      resolve();
    };
    // its close follows each error and tells the same
    from.on("error", () => undefined);
    if (from.destroyed) gone();
    else {
      from.once("close", gone);
      from.pipe(to);
    }
  });
}

// Listens to a connection of the relay, for tests of what such connections do.
import type { Conn, ConnListener } from "../../src/emulator/edge/http1/conn.ts";
import { waitUntil } from "../../src/platform/clock.ts";

/** Writes down what it hears. */
export class Ear implements ConnListener {
  text = "";
  pieces = 0;
  ends = 0;
  closes = 0;
  drains = 0;
  conn: Conn | undefined;
  heard: (() => void) | undefined;
  onData(bytes: Buffer, start: number, end: number): void {
    this.text += bytes.toString("latin1", start, end);
    this.pieces += 1;
    this.heard?.();
  }
  onEnd(): void {
    this.ends += 1;
  }
  onDrain(): void {
    this.drains += 1;
  }
  onClose(): void {
    this.closes += 1;
  }
}

/** Resolves when the fact is there. */
export const until = (what: string, fact: () => boolean): Promise<true> =>
  waitUntil(() => (fact() ? true : undefined), { what, deadlineMs: 5_000, intervalMs: 2 });

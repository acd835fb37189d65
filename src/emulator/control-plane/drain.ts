// Waits until nobody is served by a machine any more.
import { asAppError } from "../../errors/app-error.ts";
import type { HttpSend, Publisher } from "./publisher.ts";

export interface DrainDeps {
  readonly publisher: Pick<Publisher, "settled">;
  readonly send: HttpSend;
  readonly edgeUrl: string;
  readonly log: (text: string) => void;
}

/** Resolves when edge sends the machine nothing and no request is under way, or after about the deadline. */
export function createDrain({
  publisher,
  send,
  edgeUrl,
  log,
}: DrainDeps): (id: string, deadlineMs: number) => Promise<void> {
  return async (id, deadlineMs) => {
    // A world without the machine must be in force at the edge before its in-flight count can only fall.
    if (!(await publisher.settled(["edge"], deadlineMs))) return;
    try {
      await send(`${edgeUrl}/drain/${id}?timeoutMs=${deadlineMs}`, { method: "POST", timeoutMs: deadlineMs + 1_000 });
    } catch (error) {
      log(`edge did not drain machine ${id}: ${asAppError(error).message}`);
    }
  };
}

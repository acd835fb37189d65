// Lets callers hear of a change of a machine when it happens, so that they need not ask again and again.
import { createHash } from "node:crypto";
import type { Machine } from "../../contract/machine.ts";
import type { SeenMachine } from "../../contract/planet.ts";

export interface WatchRequest {
  readonly app: string;
  readonly id: string;
  /** What the caller was told last; absent: nothing yet. */
  readonly seen: string | undefined;
  /** Milliseconds after which the machine is told as it is. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface MachineWatchDeps {
  /** @throws APP_NOT_FOUND, MACHINE_NOT_FOUND */
  readonly get: (app: string, id: string) => Machine;
  /** Calls the listener after each change of any machine or of its checks; the result ends that. */
  readonly onChange: (listener: () => void) => () => void;
  readonly timer: (afterMs: number, run: () => void) => () => void;
}

/** Answers with the machine once it is not as the caller has seen it. @throws what `get` throws, also meanwhile */
export type MachineWatch = (request: WatchRequest) => Promise<SeenMachine>;

export function createMachineWatch({ get, onChange, timer }: MachineWatchDeps): MachineWatch {
  const look = (app: string, id: string): SeenMachine => {
    const machine = get(app, id);
    return { seen: createHash("sha256").update(JSON.stringify(machine)).digest("base64url"), machine };
  };
  return ({ app, id, seen, timeoutMs, signal }) => {
    const first = look(app, id);
    if (first.seen !== seen) return Promise.resolve(first);
    return new Promise((resolve, reject) => {
      const answer = (isLate: boolean): void => {
        try {
          const present = look(app, id);
          if (!isLate && present.seen === seen) return;
          resolve(present);
        } catch (error) {
          reject(error);
        }
        endListening();
        cancel();
        signal.removeEventListener("abort", giveUp);
      };
      const giveUp = (): void => answer(true);
      const endListening = onChange(() => answer(false));
      const cancel = timer(timeoutMs, giveUp);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  };
}

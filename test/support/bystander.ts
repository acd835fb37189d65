// A well-behaved client beside an attack: whatever the others do, it gets its answers.
import net from "node:net";
import { waitUntil } from "../../src/platform/clock.ts";
import { responses, sendRaw } from "./raw-http.ts";

/** Long enough for a loaded machine: what is to be shown is that answers come, not how fast. */
const DEADLINE_MS = 20_000;

/** One request on a connection of its own. @returns its status; 0: no answer */
export async function askOnce(port: number, host: string): Promise<number> {
  const pieces = [`GET /bystander HTTP/1.1\r\nHost: ${host}\r\n\r\n`];
  const { statuses } = await sendRaw({ port, pieces, until: responses(1), deadlineMs: DEADLINE_MS });
  return statuses[0] ?? 0;
}

/** Asks again and again for as long as the attack takes. @returns the statuses, at least one, and what the attack came to */
export async function beside<T>(
  ask: () => Promise<number>,
  attack: Promise<T>,
): Promise<{ readonly statuses: ReadonlySet<number>; readonly result: T }> {
  let over = false;
  const ended = attack.finally(() => (over = true));
  const statuses = new Set<number>();
  do statuses.add(await ask());
  while (!over);
  return { statuses, result: await ended };
}

/** Many connections of one attacker. */
export interface Crowd {
  /** Those that the edge has not closed. */
  open(): number;
  /** Waits until no more than so many are open. */
  shrink(to: number): Promise<unknown>;
  /** What came back on all of them. */
  received(): string;
  stop(): void;
}

/** @param begin what each does once it is connected; absent: nothing */
export function crowd(port: number, size: number, begin?: (socket: net.Socket) => void): Crowd {
  let text = "";
  const sockets = new Set<net.Socket>();
  for (let count = 0; count < size; count += 1) {
    const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    if (begin !== undefined) socket.once("connect", () => begin(socket));
    socket.setEncoding("latin1").on("data", (more) => (text += String(more)));
  }
  const open = (): number => sockets.size;
  return {
    open,
    received: () => text,
    shrink: (to) =>
      waitUntil(() => (open() <= to ? true : undefined), {
        what: `no more than ${to} connections`,
        deadlineMs: DEADLINE_MS,
        intervalMs: 5,
      }),
    stop: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

// Starts the packet thread and tells when it fails. Knows where the thread's program lies, from sources and bundled.
import { Worker } from "node:worker_threads";
import { AppError, asAppError } from "../../errors/app-error.ts";
import type { LinkTable } from "./link-table.ts";

/** What the thread is started with. */
export interface PacketThreadData {
  readonly tunName: string;
  readonly links: SharedArrayBuffer;
}

export interface PacketThread {
  /** Settles when the thread has ended: rejects when it was not asked to. */
  readonly ended: Promise<void>;
}

const PROGRAM = new URL(import.meta.url.endsWith(".ts") ? "./packet-worker.ts" : "./packet-worker.js", import.meta.url);

/**
 * Resolves when the TUN device exists. The thread ends when `links.stop()` is called, within a quarter of a second.
 * @throws TUN_UNAVAILABLE
 */
export async function startPacketThread(tunName: string, links: LinkTable): Promise<PacketThread> {
  const data: PacketThreadData = { tunName, links: links.buffer };
  // The loop allocates next to nothing: a small young generation keeps the rare collection short.
  const worker = new Worker(PROGRAM, {
    workerData: data,
    name: "packets",
    resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32 },
  });
  const ended = new Promise<void>((resolve, reject) => {
    worker.once("error", (error) => reject(asAppError(error)));
    worker.once("exit", () =>
      links.stopped() ? resolve() : reject(new AppError("INTERNAL", "The packet thread ended by itself")),
    );
  });
  ended.catch(() => undefined); // whoever holds the thread listens; until then it must not count as unhandled
  const open = new Promise<void>((resolve) => void worker.once("message", () => resolve()));
  try {
    await Promise.race([open, ended]);
  } catch (error) {
    throw new AppError("TUN_UNAVAILABLE", asAppError(error).message, { cause: error });
  }
  return { ended };
}

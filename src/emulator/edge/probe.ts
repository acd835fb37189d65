// Measures the path between two regions with datagrams that really travel it: from edge's address in one to its echo in
// the other and back.
import dgram from "node:dgram";
import type { ProbeResult } from "../../contract/probe.ts";
import type { WorldRegion } from "../../contract/world.ts";
import { AppError } from "../../errors/app-error.ts";

/** How long the last answers may take beyond the distance itself. */
const GRACE_MS = 1_000;
const PAYLOAD_BYTES = 64;

export interface ProbeDeps {
  readonly echoPort: number;
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonicMs(): number;
  timer(afterMs: number, run: () => void): () => void;
}

export interface ProbePlan {
  readonly from: WorldRegion;
  readonly to: WorldRegion;
  readonly family: 4 | 6;
  readonly count: number;
  readonly intervalMs: number;
  readonly rttMs: number;
}

/** @throws UNREACHABLE where the near address cannot be used */
export function probe(
  { from, to, family, count, intervalMs, rttMs }: ProbePlan,
  { echoPort, monotonicMs, timer }: ProbeDeps,
): Promise<ProbeResult> {
  const [near, far] = family === 4 ? [from.edge4, to.edge4] : [from.edge6, to.edge6];
  const socket = dgram.createSocket(family === 4 ? "udp4" : "udp6");
  const sentAtMs: number[] = [];
  const rttsMs: (number | undefined)[] = [];
  let received = 0;
  let cancel = (): void => undefined;

  return new Promise((resolve, reject) => {
    const finish = (): void => {
      cancel();
      socket.close();
      resolve({ sent: sentAtMs.length, received, rttsMs: rttsMs.filter((rtt) => rtt !== undefined) });
    };
    const send = (): void => {
      const message = Buffer.alloc(PAYLOAD_BYTES);
      message.writeUInt32BE(sentAtMs.length);
      sentAtMs.push(monotonicMs());
      socket.send(message, echoPort, far, () => undefined);
      cancel = sentAtMs.length < count ? timer(intervalMs, send) : timer(2 * rttMs + GRACE_MS, finish);
    };
    socket.on("message", (message) => {
      const atMs = monotonicMs();
      if (message.length !== PAYLOAD_BYTES) return;
      const number = message.readUInt32BE();
      const startMs = sentAtMs[number];
      if (startMs === undefined || rttsMs[number] !== undefined) return;
      rttsMs[number] = atMs - startMs;
      received += 1;
      if (received === count) finish();
    });
    socket.once("error", (cause) => {
      cancel();
      socket.close();
      reject(new AppError("UNREACHABLE", `Nothing can be sent from ${near}`, { cause }));
    });
    socket.bind({ address: near, port: 0 }, send);
  });
}

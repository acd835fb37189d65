// An edge as a program of its own, so that what it takes can be seen from outside. Arguments: port, port for TLS, "public" or
// "handles", and options as JSON. It is asked by IPC: worlds are answered with their version when they are in force, "use" with
// what the edge uses, "loads" with the requests at each machine.
import { readdirSync } from "node:fs";
import type { World } from "../../src/contract/world.ts";
import { type EdgeRigOptions, startEdgeRig } from "./edge-rig.ts";

export interface EdgeUse {
  readonly authority: string;
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly fds: number;
}

/** Requests at each machine, as the edge counts them; machines without any are left out. */
export type EdgeLoads = Readonly<Record<string, number>>;
export type EdgeQuestion = World | "use" | "loads";

const [plain = 0, secure = 0] = process.argv.slice(2, 4).map(Number);
const edge = await startEdgeRig({
  ...(JSON.parse(process.argv[5] ?? "{}") as Pick<EdgeRigOptions, "timeLimits" | "maxConnections">),
  sockets: process.argv[4] === "handles" ? "handles" : "public",
  ports: { plain, secure },
});
/** Also those that are not in the world any more. */
const machines = new Set<string>();

process.on("message", (message: EdgeQuestion) => {
  // What the edge tells control about faults, and what it says in its log, is not its own memory.
  edge.posts.length = 0;
  edge.logs.length = 0;
  if (message === "loads") {
    const counted = [...machines].map((id) => [id, edge.dataPlane.load.ofMachine(id)] as const);
    process.send!(Object.fromEntries(counted.filter(([, load]) => load > 0)) satisfies EdgeLoads);
    return;
  }
  if (message === "use") {
    // Where the program was started with --expose-gc, what is garbage does not count.
    globalThis.gc?.();
    const { rss: rssBytes, heapUsed: heapBytes } = process.memoryUsage();
    const fds = readdirSync("/proc/self/fd").length;
    process.send!({ authority: edge.authority, rssBytes, heapBytes, fds } satisfies EdgeUse);
    return;
  }
  for (const { id } of message.machines) machines.add(id);
  void edge.apply(message).then(() => process.send!(message.version));
});
process.on("disconnect", () => process.exit(0));

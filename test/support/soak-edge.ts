// An edge as a program of its own, so that what it takes can be seen from outside. Arguments: port, port for TLS, "public" or
// "handles". Worlds come by IPC, each answered with its version; anything else is answered with what the edge uses.
import { readdirSync } from "node:fs";
import type { World } from "../../src/contract/world.ts";
import { startEdgeRig } from "./edge-rig.ts";

export interface EdgeUse {
  readonly authority: string;
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly fds: number;
  /** Requests at machines, as the edge counts them. */
  readonly load: number;
}

const [plain = 0, secure = 0] = process.argv.slice(2, 4).map(Number);
const edge = await startEdgeRig({
  sockets: process.argv[4] === "handles" ? "handles" : "public",
  ports: { plain, secure },
});
let machines: readonly string[] = [];

process.on("message", (message: World | "use") => {
  if (message === "use") {
    // Where the program was started with --expose-gc, what is garbage does not count.
    globalThis.gc?.();
    const { rss: rssBytes, heapUsed: heapBytes } = process.memoryUsage();
    const fds = readdirSync("/proc/self/fd").length;
    const load = machines.reduce((sum, id) => sum + edge.dataPlane.load.ofMachine(id), 0);
    process.send!({ authority: edge.authority, rssBytes, heapBytes, fds, load } satisfies EdgeUse);
    return;
  }
  machines = message.machines.map(({ id }) => id);
  void edge.apply(message).then(() => process.send!(message.version));
});
process.on("disconnect", () => process.exit(0));

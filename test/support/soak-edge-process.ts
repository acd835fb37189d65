// Starts the edge of a soak (soak-edge.ts) as a program of its own, and asks it.
import { fork } from "node:child_process";
import path from "node:path";
import type { World } from "../../src/contract/world.ts";
import type { EdgeRigOptions } from "./edge-rig.ts";
import type { EdgeLoads, EdgeQuestion, EdgeUse } from "./soak-edge.ts";

/** As in the edge's container; garbage can be collected when it is asked what it uses. */
const NODE_FLAGS = ["--expose-gc", "--max-old-space-size=160", "--max-semi-space-size=2"];

export interface SoakEdgeOptions extends Pick<EdgeRigOptions, "timeLimits" | "maxConnections"> {
  readonly port: number;
  readonly securePort: number;
  readonly sockets: string;
}

export interface SoakEdge {
  use(): Promise<EdgeUse>;
  loads(): Promise<EdgeLoads>;
  /** Puts a world in force. */
  publish(world: World): Promise<void>;
  /** What it has said on its standard error: warnings, and its last words. */
  said(): string;
  stop(): void;
}

export function startSoakEdge({ port, securePort, sockets, ...options }: SoakEdgeOptions): SoakEdge {
  const args = [String(port), String(securePort), sockets, JSON.stringify(options)];
  const child = fork(path.join(import.meta.dirname, "soak-edge.ts"), args, {
    ...{ execArgv: NODE_FLAGS, stdio: ["ignore", "ignore", "pipe", "ipc"] },
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
  /** One question at a time: answers have no names. */
  let last: Promise<unknown> = Promise.resolve();
  const ask = <T>(message: EdgeQuestion): Promise<T> => {
    const answer = last.then(
      () =>
        new Promise<T>((resolve, reject) => {
          const ended = (): void => reject(new Error(`the edge has ended: ${said}`));
          child.once("exit", ended);
          child.once("message", (value) => {
            child.off("exit", ended);
            resolve(value as T);
          });
          child.send(message);
        }),
    );
    last = answer.catch(() => undefined);
    return answer;
  };
  return {
    use: () => ask<EdgeUse>("use"),
    loads: () => ask<EdgeLoads>("loads"),
    publish: async (world) => void (await ask(world)),
    said: () => said,
    stop: () => {
      if (child.connected) child.disconnect();
    },
  };
}

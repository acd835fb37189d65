// Hands the newest world to wan and edge and keeps at it until they have it in force. A component that restarted, or lost
// a delivery, is found by a regular look at its status.
import { AppError } from "../../errors/app-error.ts";
import { COMPONENT_PORT } from "../../contract/ports.ts";
import { ComponentStatusSchema, type World } from "../../contract/world.ts";

export type ComponentName = "wan" | "edge";
export type HttpSend = (
  url: string,
  options: { readonly method: "GET" | "PUT" | "POST"; readonly body?: string; readonly timeoutMs: number },
) => Promise<{ readonly status: number; readonly body: string }>;

export interface ComponentView {
  readonly name: ComponentName;
  readonly state: "ready" | "starting" | "down";
  readonly worldVersion: number;
}

export interface Publisher {
  /** The world has changed: a new version will be built and sent. Cheap; changes in one turn of the loop go together. */
  changed(): void;
  /** Resolves with true when the present world is in force at the named components, with false after the deadline. */
  settled(components: readonly ComponentName[], deadlineMs: number): Promise<boolean>;
  components(): ComponentView[];
  stop(): void;
}

export interface PublisherDeps {
  readonly addresses: Readonly<Record<ComponentName, string>>;
  /** Builds the world anew, with the next version number. */
  readonly nextWorld: () => World;
  readonly send: HttpSend;
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly log: (text: string) => void;
}

const RETRY_MS = 100;
const LOOK_EVERY_MS = 1_000;
/**
 * How long one delivery is waited for. One that got lost while a component was away is made up for so soon; one that takes
 * longer is not: components do one delivery after the other, and the same world a second time is no work.
 */
const SEND_TIMEOUT_MS = 1_500;
/**
 * How long edge's delivery waits for wan's, where the regions change. In a new one edge would otherwise ask for wan's address before wan has it,
 * and the kernel asks again only after a second.
 */
const WAN_FIRST_MS = 1_000;

interface Peer {
  readonly name: ComponentName;
  acknowledged: number;
  /** Regions of the world that it acknowledged last. */
  regions: string | undefined;
  startId: string | undefined;
  reachable: boolean;
  wake: (() => void) | undefined;
}

export function createPublisher(deps: PublisherDeps): Publisher {
  let world: World | undefined;
  let dirty = false;
  let stopped = false;
  const waiters = new Set<() => void>();
  const peers: Peer[] = (["wan", "edge"] as const).map((name) => ({
    name,
    acknowledged: -1,
    regions: undefined,
    startId: undefined,
    reachable: false,
    wake: undefined,
  }));

  const build = (): World => {
    if (dirty || world === undefined) {
      dirty = false;
      world = deps.nextWorld();
    }
    return world;
  };
  const pause = (peer: Peer, ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = deps.timer(ms, resolve);
      peer.wake = () => {
        cancel();
        resolve();
      };
    });

  /** Resolves when wan has the world in force, or after a while: edge has to go on without it. */
  const wanHas = (version: number): Promise<void> =>
    new Promise((resolve) => {
      const finish = (): void => {
        waiters.delete(check);
        cancel();
        resolve();
      };
      const check = (): void => {
        if (stopped || peers.every(({ name, acknowledged }) => name !== "wan" || acknowledged >= version)) finish();
      };
      const cancel = deps.timer(WAN_FIRST_MS, finish);
      waiters.add(check);
      check();
    });

  const deliver = async (peer: Peer): Promise<void> => {
    const base = `http://${deps.addresses[peer.name]}:${COMPONENT_PORT}`;
    const current = build();
    if (peer.acknowledged < current.version) {
      const regions = current.regions.map(({ code }) => code).join(" ");
      if (peer.name === "edge" && peer.regions !== regions) await wanHas(current.version);
      const { status } = await deps.send(`${base}/world`, {
        method: "PUT",
        body: JSON.stringify(current),
        timeoutMs: SEND_TIMEOUT_MS,
      });
      if (status !== 200)
        throw new AppError("UNREACHABLE", `${peer.name} refused world ${current.version} with status ${status}`);
      peer.acknowledged = current.version;
      peer.regions = regions;
    } else {
      const { status, body } = await deps.send(`${base}/status`, { method: "GET", timeoutMs: LOOK_EVERY_MS });
      const parsed = status === 200 ? ComponentStatusSchema.parse(JSON.parse(body)) : undefined;
      if (parsed !== undefined && (parsed.startId !== peer.startId || parsed.worldVersion < peer.acknowledged)) {
        if (peer.startId !== undefined) deps.log(`${peer.name} has restarted`);
        peer.startId = parsed.startId;
        peer.regions = undefined;
        peer.acknowledged = Math.min(peer.acknowledged, parsed.worldVersion);
      }
    }
    peer.reachable = true;
  };

  const follow = async (peer: Peer): Promise<void> => {
    while (!stopped) {
      let failed = false;
      try {
        await deliver(peer);
      } catch {
        // Down or not ready yet: both are repaired by trying again, and shown by components().
        failed = true;
        peer.reachable = false;
        peer.acknowledged = -1;
        peer.regions = undefined;
      }
      for (const waiter of [...waiters]) waiter();
      if (!failed && (dirty || peer.acknowledged < (world?.version ?? 0))) continue;
      await pause(peer, failed ? RETRY_MS : LOOK_EVERY_MS);
      peer.wake = undefined;
    }
  };
  for (const peer of peers) void follow(peer);

  return {
    changed: () => {
      if (dirty) return;
      dirty = true;
      queueMicrotask(() => {
        for (const peer of peers) peer.wake?.();
      });
    },
    settled: (components, deadlineMs) =>
      new Promise((resolve) => {
        const target = build().version;
        const done = (): boolean =>
          peers.every((peer) => !components.includes(peer.name) || peer.acknowledged >= target);
        const finish = (result: boolean): void => {
          waiters.delete(check);
          cancel();
          resolve(result);
        };
        const check = (): void => {
          if (done()) finish(true);
        };
        const cancel = deps.timer(deadlineMs, () => finish(false));
        waiters.add(check);
        for (const peer of peers) peer.wake?.();
        check();
      }),
    components: () =>
      peers.map(({ name, acknowledged, reachable }) => ({
        name,
        state: !reachable ? "down" : acknowledged >= (world?.version ?? 0) ? "ready" : "starting",
        worldVersion: acknowledged,
      })),
    stop: () => {
      stopped = true;
      for (const peer of peers) peer.wake?.();
    },
  };
}

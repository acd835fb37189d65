// Every kind of traffic at once for a long time, while the world is put in force anew every second and machines are killed and
// replaced: no wrong or foreign body, no failure that a kill does not explain, and nothing that grows.
import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock, waitUntil } from "../../src/platform/clock.ts";
import { type GrpcApp, startGrpcApp } from "../interop/grpc-app.ts";
import { worldMachine, worldOf } from "../support/edge-rig.ts";
import { MixedMachine } from "../support/mixed-apps.ts";
import { mixedWays, type Way } from "../support/mixed-clients.ts";
import type { EdgeUse } from "../support/soak-edge.ts";

const SECONDS = Number(process.env["HANGAR_SOAK_SECONDS"] ?? "60");
const PORTS = { port: 21_700, securePort: 21_701 };
const CLIENTS_PER_WAY = 2;
/** Between two requests of one client: what counts here is time, not load. */
const PAUSE_MS = 20;
const KILL_EVERY_MS = 7_000;
const DEAD_MS = 1_500;
const REPLACE_EVERY_MS = 11_000;
/** A request may hear of a death a little later. */
const AFTERMATH_MS = 1_000;
/** Code gets compiled and pools get filled: what is there afterwards must not grow. */
const WARM_UP_SHARE = 0.25;
const MOST_GROWTH = 1.05;
/** In less time a process has not found its size. */
const SECONDS_FOR_GROWTH = 300;
const NODE_FLAGS = ["--expose-gc", "--max-old-space-size=160", "--max-semi-space-size=2"];

interface Failure {
  readonly way: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly why: string;
  /** Something came, and it was not right. */
  readonly wrong: boolean;
}

describe.each(["handles", "public"])("mixed traffic through an edge with %s sockets", (sockets) => {
  let edge: ChildProcess;
  let grpc: GrpcApp;
  let said = "";
  let version = 0;
  const machines = [new MixedMachine("a0", "ams", "127.0.1.31"), new MixedMachine("b0", "iad", "127.0.2.31")];

  const answer = <T>(message: unknown): Promise<T> =>
    new Promise((resolve) => {
      edge.once("message", (value) => resolve(value as T));
      edge.send(message as object);
    });
  const use = (): Promise<EdgeUse> => answer<EdgeUse>("use");
  const publish = async (): Promise<void> => {
    version += 1;
    const place = { id: "grpc", app: "grpc", region: "ams", address4: "127.0.1.31", h2Backend: true };
    const all = [...machines.map(({ world }) => world()), worldMachine({ ...place, port: grpc.port })];
    expect(await answer<number>(worldOf(version, ["iad", "ams"], all))).toBe(version);
  };

  beforeAll(async () => {
    grpc = await startGrpcApp("127.0.1.31");
    for (const machine of machines) await machine.start();
    const program = path.join(import.meta.dirname, "../support/soak-edge.ts");
    const ports = [PORTS.port, PORTS.securePort].map(String);
    edge = fork(program, [...ports, sockets], { execArgv: NODE_FLAGS, stdio: ["ignore", "ignore", "pipe", "ipc"] });
    edge.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
    await publish();
  });
  afterAll(async () => {
    edge.disconnect();
    grpc.stop();
    await Promise.all(machines.map((machine) => machine.kill()));
  });

  test(`for ${SECONDS / 2} s`, async () => {
    const beganMs = systemClock.monotonic();
    const endsMs = beganMs + (SECONDS / 2) * 1_000;
    const isOver = (): boolean => systemClock.monotonic() >= endsMs;
    const idle = await use();
    const kills: { fromMs: number; toMs: number }[] = [];
    const failures: Failure[] = [];
    const counts = new Map<string, number>();
    const samples: (EdgeUse & { readonly atMs: number })[] = [];
    let replaced = 0;

    const client = async (name: string, way: Way): Promise<void> => {
      while (!isOver()) {
        const fromMs = systemClock.monotonic();
        try {
          await way();
          counts.set(name, (counts.get(name) ?? 0) + 1);
        } catch (error) {
          const wrong = error instanceof Error && error.name === "AssertionError";
          failures.push({ way: name, fromMs, toMs: systemClock.monotonic(), why: String(error), wrong });
        }
        await systemClock.sleep(PAUSE_MS);
      }
    };
    const every = async (periodMs: number, work: (round: number) => Promise<void>): Promise<void> => {
      for (let round = 0; ; round += 1) {
        await systemClock.sleep(periodMs);
        if (isOver()) return;
        await work(round);
      }
    };
    // One after the other, so that there is always a machine.
    let turn: Promise<void> = Promise.resolve();
    const inTurn = (work: () => Promise<void>): Promise<void> => (turn = turn.then(work));
    const kill = (round: number): Promise<void> =>
      inTurn(async () => {
        const machine = machines[round % machines.length]!;
        const window = { fromMs: systemClock.monotonic(), toMs: Infinity };
        kills.push(window);
        await machine.kill();
        await systemClock.sleep(DEAD_MS);
        await machine.start();
        window.toMs = systemClock.monotonic() + AFTERMATH_MS;
      });
    const replace = (round: number): Promise<void> =>
      inTurn(async () => {
        const index = round % machines.length;
        const [region, host] = index === 0 ? (["ams", "127.0.1.31"] as const) : (["iad", "127.0.2.31"] as const);
        const next = new MixedMachine(`${region}${round + 1}`, region, host);
        await next.start();
        const before = machines.splice(index, 1, next)[0]!;
        await publishing(publish);
        await before.retire();
        replaced += 1;
      });
    let publication: Promise<unknown> = Promise.resolve();
    const publishing = <T>(work: () => Promise<T>): Promise<T> => {
      const done = publication.then(work);
      publication = done;
      return done;
    };
    const sample = (): Promise<void> =>
      publishing(async () => void samples.push({ ...(await use()), atMs: systemClock.monotonic() - beganMs }));

    const { ways, close } = mixedWays({ ...PORTS, authority: idle.authority });
    await Promise.all([
      ...[...ways].flatMap(([name, way]) => Array.from({ length: CLIENTS_PER_WAY }, () => client(name, way))),
      every(1_000, () => publishing(publish)),
      every(KILL_EVERY_MS, kill),
      every(REPLACE_EVERY_MS, replace),
      every(2_000, sample),
    ]);
    close();
    await turn;
    await publication;

    const unexplained = failures.filter(
      ({ wrong, fromMs, toMs }) => wrong || !kills.some((one) => fromMs <= one.toMs && toMs >= one.fromMs),
    );
    const settled = await waitUntil(
      async () => {
        const now = await use();
        process.stdout.write(`${now.load} ${now.fds} ${idle.fds}\n`);
        return now.load === 0 && now.fds <= idle.fds ? now : undefined;
      },
      { what: "all connections to be gone", deadlineMs: 20_000, intervalMs: 1000 },
    );
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const warm = samples.filter(({ atMs }) => atMs > WARM_UP_SHARE * (SECONDS / 2) * 1_000);
    const third = Math.ceil(warm.length / 3);
    const [first, last] = [median(warm.slice(0, third)), median(warm.slice(-third))];
    process.stdout.write(
      `edge-mixed, ${sockets}: ${total} requests (${[...counts].map(([name, count]) => `${name} ${count}`).join(", ")}), ` +
        `${version} worlds, ${kills.length} kills, ${replaced} replacements; ${failures.length} failures, ${unexplained.length} unexplained; ` +
        `memory ${mb(first)} MB after warm-up, ${mb(last)} MB at the end (× ${(last / first).toFixed(3)}); files open ${idle.fds} before, ${settled.fds} after\n`,
    );
    expect(unexplained).toEqual([]);
    expect([...counts.keys()].toSorted()).toEqual([...ways.keys()].toSorted());
    // Listeners that pile up, and whatever else Node.js warns of.
    expect(said).toBe("");
    if (SECONDS >= SECONDS_FOR_GROWTH) expect(last / first).toBeLessThan(MOST_GROWTH);
  });
});

function median(samples: readonly EdgeUse[]): number {
  const sorted = samples.map(({ rssBytes }) => rssBytes).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function mb(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}

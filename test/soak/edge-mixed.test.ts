// Every kind of traffic at once for a long time, while the world is put in force anew every second and machines are killed, cut
// off from the network and replaced: no wrong or foreign body, no failure that a kill or a cut does not explain, and nothing that
// grows. A replacement in peace explains none.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock, waitUntil } from "../../src/platform/clock.ts";
import { type GrpcApp, startGrpcApp } from "../interop/grpc-app.ts";
import { worldMachine, worldOf } from "../support/edge-rig.ts";
import { MixedMachine } from "../support/mixed-apps.ts";
import { mixedWays, type Way } from "../support/mixed-clients.ts";
import { canCutOff, cutOff, reconnect } from "../support/partition.ts";
import type { EdgeUse } from "../support/soak-edge.ts";
import { type SoakEdge, startSoakEdge } from "../support/soak-edge-process.ts";

const SECONDS = Number(process.env["HANGAR_SOAK_SECONDS"] ?? "60");
const PORTS = { port: 21_700, securePort: 21_701 };
const CLIENTS_PER_WAY = 2;
/** Between two requests of one client: what counts here is time, not load. */
const PAUSE_MS = 20;
const KILL_EVERY_MS = 7_000;
const DEAD_MS = 1_500;
const REPLACE_EVERY_MS = 11_000;
const CUT_EVERY_MS = 17_000;
/** By turns shorter and longer than the edge waits for a connection. */
const CUT_MS = [3_000, 8_000];
/** A request that begins a little later may hear of a death or a cut. */
const AFTERMATH_MS = 1_000;
/** Code gets compiled and pools get filled: what is there afterwards must not grow. */
const WARM_UP_SHARE = 0.25;
const MOST_GROWTH = 1.05;
/** Both ends of a connection that is kept warm from each region to the other. */
const WARM_FDS = 4;
/** In less time a process has not found its size. */
const SECONDS_FOR_GROWTH = 300;

const HOSTS = { ams: "127.0.1.31", iad: "127.0.2.31" } as const;

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Failure extends Span {
  readonly way: string;
  readonly why: string;
  /** Something came, and it was not right. */
  readonly wrong: boolean;
}

describe.each(["handles", "public"])("mixed traffic through an edge with %s sockets", (sockets) => {
  let edge: SoakEdge;
  let grpc: GrpcApp;
  let version = 0;
  let cuts = false;
  const machines = [new MixedMachine("ams0", "ams", HOSTS.ams), new MixedMachine("iad0", "iad", HOSTS.iad)];

  const publish = (): Promise<void> => {
    version += 1;
    const place = { id: "grpc", app: "grpc", region: "ams", address4: HOSTS.ams, h2Backend: true };
    const all = [...machines.map(({ world }) => world()), worldMachine({ ...place, port: grpc.port })];
    return edge.publish(worldOf(version, ["iad", "ams"], all));
  };

  beforeAll(async () => {
    cuts = (await canCutOff(HOSTS.ams)) && (await canCutOff(HOSTS.iad));
    grpc = await startGrpcApp(HOSTS.ams);
    for (const machine of machines) await machine.start();
    edge = startSoakEdge({ ...PORTS, sockets });
    await publish();
  });
  afterAll(async () => {
    for (const host of cuts ? Object.values(HOSTS) : []) await reconnect(host);
    edge.stop();
    grpc.stop();
    await Promise.all(machines.map((machine) => machine.kill()));
  });

  test(`for ${SECONDS / 2} s`, async () => {
    const beganMs = systemClock.monotonic();
    const endsMs = beganMs + (SECONDS / 2) * 1_000;
    const isOver = (): boolean => systemClock.monotonic() >= endsMs;
    const idle = await edge.use();
    const [kills, partitions]: [Span[], Span[]] = [[], []];
    const failures: Failure[] = [];
    const counts = new Map<string, number>();
    const samples: (EdgeUse & { readonly atMs: number })[] = [];
    let [replaced, slowestMs] = [0, 0];

    const client = async (name: string, way: Way): Promise<void> => {
      while (!isOver()) {
        const fromMs = systemClock.monotonic();
        try {
          await way();
          counts.set(name, (counts.get(name) ?? 0) + 1);
          slowestMs = Math.max(slowestMs, systemClock.monotonic() - fromMs);
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
    /** A fault of one machine; what begins or ends in its time may fail. */
    const inject = async (faults: Span[], work: () => Promise<void>): Promise<void> => {
      const at = faults.push({ fromMs: systemClock.monotonic(), toMs: Infinity }) - 1;
      await work();
      faults[at] = { ...faults[at]!, toMs: systemClock.monotonic() + AFTERMATH_MS };
    };
    const kill = (round: number): Promise<void> =>
      inTurn(async () => {
        const machine = machines[round % machines.length]!;
        await inject(kills, async () => {
          await machine.kill();
          await systemClock.sleep(DEAD_MS);
          await machine.start();
        });
      });
    const cut = (round: number): Promise<void> =>
      inTurn(async () => {
        const { host } = machines[round % machines.length]!;
        await inject(partitions, async () => {
          await cutOff(host);
          await systemClock.sleep(CUT_MS[Math.floor(round / machines.length) % CUT_MS.length]!);
          await reconnect(host);
        });
      });
    const replace = (round: number): Promise<void> =>
      inTurn(async () => {
        const index = round % machines.length;
        const region = index === 0 ? "ams" : "iad";
        const next = new MixedMachine(`${region}${round + 1}`, region, HOSTS[region]);
        await next.start();
        const before = machines.splice(index, 1, next)[0]!;
        await publish();
        await waitUntil(async () => ((await edge.loads())[before.id] === undefined ? true : undefined), {
          ...{ what: "the edge to have done with a replaced machine", deadlineMs: 60_000, intervalMs: 50 },
        });
        await before.retire();
        replaced += 1;
      });
    const sample = async (): Promise<void> =>
      void samples.push({ ...(await edge.use()), atMs: systemClock.monotonic() - beganMs });

    const { ways, close } = mixedWays({ ...PORTS, authority: idle.authority });
    await Promise.all([
      ...[...ways].flatMap(([name, way]) => Array.from({ length: CLIENTS_PER_WAY }, () => client(name, way))),
      every(1_000, publish),
      every(KILL_EVERY_MS, kill),
      every(REPLACE_EVERY_MS, replace),
      ...(cuts ? [every(CUT_EVERY_MS, cut)] : []),
      every(2_000, sample),
    ]);
    close();
    await turn;

    const unexplained = failures.filter(
      ({ wrong, fromMs, toMs }) =>
        wrong || ![...kills, ...partitions].some((one) => fromMs <= one.toMs && toMs >= one.fromMs),
    );
    const settled = await waitUntil(
      async () => {
        const now = await edge.use();
        const isIdle = Object.keys(await edge.loads()).length === 0;
        return isIdle && now.fds <= idle.fds + WARM_FDS ? now : undefined;
      },
      { what: "all connections to be gone", deadlineMs: 120_000, intervalMs: 500 },
    );
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const warm = samples.filter(({ atMs }) => atMs > WARM_UP_SHARE * (SECONDS / 2) * 1_000);
    const third = Math.ceil(warm.length / 3);
    const [first, last] = [median(warm.slice(0, third)), median(warm.slice(-third))];
    process.stdout.write(
      `edge-mixed, ${sockets}: ${total} requests (${[...counts].map(([name, count]) => `${name} ${count}`).join(", ")}), ` +
        `${version} worlds, ${kills.length} kills, ${partitions.length} partitions, ${replaced} replacements; ${failures.length} failures, ${unexplained.length} unexplained; slowest answer ${(slowestMs / 1_000).toFixed(1)} s; ` +
        `memory ${mb(first)} MB after warm-up, ${mb(last)} MB at the end (× ${(last / first).toFixed(3)}); files open ${idle.fds} before, ${settled.fds} after\n`,
    );
    expect(unexplained).toEqual([]);
    expect([...counts.keys()].toSorted()).toEqual([...ways.keys()].toSorted());
    // Listeners that pile up, and whatever else Node.js warns of.
    expect(edge.said()).toBe("");
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

import { beforeEach, describe, expect, test } from "vitest";
import type { World } from "../../../../src/contract/world.ts";
import { createPublisher, type HttpSend, type Publisher } from "../../../../src/emulator/control-plane/publisher.ts";
import { AppError } from "../../../../src/errors/app-error.ts";

/** Timers that run when the test says so. */
function createTimers() {
  let nowMs = 0;
  const due = new Map<() => void, number>();
  return {
    now: () => nowMs,
    timer: (afterMs: number, run: () => void): (() => void) => {
      const entry = (): void => run();
      due.set(entry, nowMs + afterMs);
      return () => void due.delete(entry);
    },
    /** Lets time pass, with everything that is due on the way. */
    pass: async (ms: number): Promise<void> => {
      const endMs = nowMs + ms;
      for (;;) {
        // a turn of the loop: what follows from the last timer has happened then
        await new Promise((resolve) => setImmediate(resolve));
        const [next] = [...due].toSorted(([, a], [, b]) => a - b);
        if (next === undefined || next[1] > endMs) break;
        nowMs = next[1];
        due.delete(next[0]);
        next[0]();
      }
      nowMs = endMs;
    },
  };
}

type Timers = ReturnType<typeof createTimers>;

/** A component as the publisher meets it. */
interface Component {
  version: number;
  startId: string;
  /** Requests of that kind are lost: nobody answers them. */
  loses: Set<"GET" | "PUT">;
  /** Time that it takes to put a world in force. */
  tookMs: number;
  puts: number;
  /** What it does now and what waits for that: one delivery after the other. */
  work: Promise<void>;
}

let timers: Timers;
let version: number;
let regions: string[];
let publisher: Publisher;
let components: Record<"wan" | "edge", Component>;

const send: HttpSend = (url, { method, body, timeoutMs }) =>
  new Promise((resolve, reject) => {
    const component = url.includes("wan") ? components.wan : components.edge;
    const cancel = timers.timer(timeoutMs, () => reject(new AppError("UNREACHABLE", "no answer")));
    if (method === "PUT") component.puts += 1;
    if (component.loses.has(method as "GET" | "PUT")) return;
    const answer = (value: unknown): void => {
      cancel();
      resolve({ status: 200, body: JSON.stringify(value) });
    };
    const putInForce = async (world: World): Promise<void> => {
      if (world.version > component.version)
        await new Promise<void>((done) => void timers.timer(component.tookMs, done));
      component.version = Math.max(component.version, world.version);
      answer({ version: component.version });
    };
    if (method === "PUT") component.work = component.work.then(() => putInForce(JSON.parse(body ?? "") as World));
    else answer({ component: "edge", worldVersion: component.version, startId: component.startId, pid: 1 });
  });

beforeEach(() => {
  timers = createTimers();
  version = 0;
  regions = ["iad"];
  const fresh = (): Component => ({
    version: -1,
    startId: "1",
    loses: new Set(),
    tookMs: 20,
    puts: 0,
    work: Promise.resolve(),
  });
  components = { wan: fresh(), edge: fresh() };
  publisher = createPublisher({
    addresses: { wan: "wan", edge: "edge" },
    nextWorld: () => ({ version: (version += 1), regions: regions.map((code) => ({ code })) }) as World,
    send,
    timer: timers.timer,
    log: () => undefined,
  });
  return () => publisher.stop();
});

/** How long it takes until the present world is in force at both, in ms; undefined: longer than that. */
async function settledAfter(mostMs: number): Promise<number | undefined> {
  const startedAt = timers.now();
  let tookMs: number | undefined;
  void publisher.settled(["wan", "edge"], mostMs).then((held) => {
    if (held) tookMs = timers.now() - startedAt;
  });
  await timers.pass(mostMs);
  return tookMs;
}

describe("a world is in force soon", () => {
  test("where both are well", async () => {
    expect(await settledAfter(1_000)).toBe(40);
    publisher.changed();
    expect(await settledAfter(1_000), "at both at the same time").toBe(20);
    regions = ["iad", "nrt"];
    publisher.changed();
    expect(await settledAfter(1_000), "at wan first: a region is new").toBe(40);
  });

  test.each(["wan", "edge"] as const)("when %s was sent one that got lost", async (name) => {
    await settledAfter(1_000);
    components[name].loses.add("PUT");
    publisher.changed();
    await timers.pass(500);
    components[name].loses.clear();
    expect(await settledAfter(10_000)).toBeLessThan(2_000);
  });

  test("when the answer to a look at it is outstanding", async () => {
    await settledAfter(1_000);
    components.edge.loses.add("GET");
    await timers.pass(2_000);
    components.edge.loses.clear();
    publisher.changed();
    expect(await settledAfter(10_000)).toBeLessThan(1_500);
  });

  test("when it was away and has forgotten what it had", async () => {
    await settledAfter(1_000);
    Object.assign(components.edge, { version: -1, startId: "2" });
    await timers.pass(1_500);
    expect(components.edge.version).toBe(version);
  });
});

test("a component that is slower than a delivery may take is not given up", async () => {
  components.edge.tookMs = 5_000;
  const tookMs = await settledAfter(20_000);
  expect(tookMs).toBeLessThan(8_000);
  expect(components.edge.puts).toBeLessThan(6);
});

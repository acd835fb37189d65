import { describe, expect, test } from "vitest";
import type { LogEntry } from "../../../../src/contract/planet.ts";
import { AppError } from "../../../../src/errors/app-error.ts";
import { readLogs } from "../../../../src/operations/logs/read-logs.ts";

const entry = (machine: string, second: number): LogEntry => ({
  timestamp: `2026-11-22T10:00:${String(second).padStart(2, "0")}.000000000Z`,
  app: "a",
  region: "iad",
  machine,
  stream: "stdout",
  message: `${machine} ${second}`,
});

type Connection = { readonly entries: readonly LogEntry[]; readonly end?: unknown };

/** Reads from connections that come one after the other; the last one interrupts the reader. */
async function read(connections: readonly Connection[], follow = true) {
  const messages: string[] = [];
  const asked: { tail: number }[] = [];
  const pauses: number[] = [];
  let interruptions = 0;
  const controller = new AbortController();
  const logs = async function* (_app: string, options: { readonly tail: number }) {
    const connection = connections[asked.length];
    asked.push({ tail: options.tail });
    if (connection === undefined) {
      controller.abort(new AppError("CANCELLED", "Interrupted"));
      return;
    }
    yield* connection.entries;
    if (connection.end !== undefined) throw connection.end;
  };
  const work = async (): Promise<void> => {
    const deps = {
      client: { logs },
      clock: { sleep: async (ms: number) => void pauses.push(ms) },
      signal: controller.signal,
      onInterruption: () => {
        interruptions += 1;
      },
    };
    for await (const { message } of readLogs({ app: "a", follow, tail: 5 }, deps)) messages.push(message);
  };
  const failure = await work().then(
    () => undefined,
    (error: unknown) => (error as AppError).code,
  );
  return { messages, asked, pauses, failure, interruptions };
}

const broken = new AppError("UNREACHABLE", "broke off");

describe("readLogs", () => {
  test("reads once without follow", async () => {
    expect(await read([{ entries: [entry("m1", 1)] }], false)).toMatchObject({
      messages: ["m1 1"],
      asked: [{ tail: 5 }],
      failure: undefined,
    });
  });

  test("opens the stream again after an interruption and shows nothing twice", async () => {
    const { messages, asked, failure, interruptions } = await read([
      { entries: [entry("m1", 1), entry("m2", 2)], end: broken },
      { entries: [entry("m1", 1), entry("m3", 1), entry("m2", 2), entry("m1", 3), entry("m3", 4)] },
    ]);
    expect(messages).toEqual(["m1 1", "m2 2", "m1 3", "m3 4"]);
    expect(asked).toEqual([{ tail: 5 }, { tail: 1_000 }, { tail: 1_000 }]);
    expect(failure).toBe("CANCELLED");
    expect(interruptions).toBe(2);
  });

  test("tells an interruption once and waits longer each time", async () => {
    const refused = { entries: [], end: new AppError("UNREACHABLE", "not there") };
    const { pauses, asked, interruptions } = await read([
      refused,
      refused,
      { entries: [], end: new SyntaxError("half a line") },
      refused,
      refused,
      refused,
    ]);
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000]);
    expect(interruptions).toBe(1);
    // Nothing was shown so far: what was asked for is still to come.
    expect(new Set(asked.map(({ tail }) => tail))).toEqual(new Set([5]));
  });

  test("does not try again for what will not change", async () => {
    expect(await read([{ entries: [], end: new AppError("APP_NOT_FOUND", "gone") }])).toMatchObject({
      failure: "APP_NOT_FOUND",
      pauses: [],
    });
  });

  test("does not try again for a fault of our own", async () => {
    const fault = new TypeError("undefined is not a function");
    await expect(read([{ entries: [], end: fault }])).resolves.toMatchObject({ failure: undefined, pauses: [] });
  });

  test("without follow, a broken connection is UNREACHABLE", async () => {
    expect(await read([{ entries: [], end: broken }], false)).toMatchObject({ failure: "UNREACHABLE", pauses: [] });
  });
});

import { expect, test } from "vitest";
import { createRequestLog, type RequestRecord } from "../../../../src/emulator/edge/request-log.ts";

const record = (machine: string, requestId: string): RequestRecord => ({
  ...{ app: "my-app", atMs: 0, requestId, method: "GET", host: "my-app.localhost", path: "/", status: 200 },
  ...{
    edge: "ams",
    machine,
    region: "iad",
    clientAddress: "127.0.0.1",
    headMs: 4,
    totalMs: 5,
    attempts: 1,
    replays: 0,
  },
});

test("what machines counted goes with them; what the edges counted, and the access log, stay", () => {
  const log = createRequestLog();
  for (const [machine, id] of [
    ["m1", "1"],
    ["m2", "2"],
    ["", "3"],
  ] as const)
    log.add(record(machine, id));
  const counted = (): string[] =>
    [...log.series()].map(({ region, instance, responseTime }) => `${region} ${instance} ${responseTime.counts[0]}`);
  expect(counted()).toEqual(["ams  3", "iad m1 1", "iad m2 1"]);
  log.keep({ apps: new Set(["my-app"]), machines: new Set(["m2"]) });
  expect(counted()).toEqual(["ams  3", "iad m2 1"]);
  expect(log.of("my-app", 10).map(({ requestId, machine }) => `${requestId} ${machine}`)).toEqual([
    "1 m1",
    "2 m2",
    "3 ",
  ]);
});

test("all of an app goes with it, and what it asks for under the same name later begins anew", () => {
  const log = createRequestLog();
  log.add(record("m1", "1"));
  log.add({ ...record("m2", "2"), app: "other" });
  log.keep({ apps: new Set(["other"]), machines: new Set(["m2"]) });
  expect([...log.series()].map(({ app }) => app)).toEqual(["other", "other"]);
  expect([log.of("my-app", 10), log.of("other", 10).length]).toEqual([[], 1]);
  log.add(record("m3", "3"));
  expect(log.of("my-app", 10).map(({ requestId }) => requestId)).toEqual(["3"]);
});

test("the last thousand requests of an app are kept", () => {
  const log = createRequestLog();
  for (let id = 1; id <= 1_001; id += 1) log.add(record("m1", String(id)));
  const ids = log.of("my-app", 2_000).map(({ requestId }) => requestId);
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([1_000, "2", "1001"]);
});

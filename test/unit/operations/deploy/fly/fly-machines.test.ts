// The machines of a deploy to Fly.io where the platform answers what a planet never does: no room, and too late.
import nock from "nock";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createMachinesClient } from "../../../../../src/client/machines-client.ts";
import { CREATION_KEY } from "../../../../../src/contract/creation-key.ts";
import type { AppError } from "../../../../../src/errors/app-error.ts";
import { createMachinesFleet } from "../../../../../src/operations/deploy/execute/machines-fleet.ts";
import { createSteadyFleet } from "../../../../../src/operations/deploy/execute/steady-fleet.ts";
import type { Fleet, TargetFleet } from "../../../../../src/operations/deploy/execute/fleet.ts";
import { createTestClock, type TestClock } from "../../../../support/test-clock.ts";

const API = "http://api.test";
const MACHINES = "/v1/apps/shop/machines";
const NO_ROOM = "insufficient resources: could not reserve resource for machine: insufficient memory available";
const LATE = "deadline_exceeded: machine failed to reach desired state";
const config = { image: "r/shop@sha256:1" };

let clock: TestClock;
let fleet: Pick<Fleet, "create" | "update" | "gone">;

beforeEach(() => {
  nock.disableNetConnect();
  clock = createTestClock();
  const api = createMachinesClient({ baseUrl: API, token: "t", fetch, clock, random: () => 0 });
  // What is not of machines is never asked for here.
  fleet = createSteadyFleet(createMachinesFleet(api, "shop") as TargetFleet, { clock, newKey: () => "k1" });
});
afterEach(() => {
  const left = nock.pendingMocks();
  nock.cleanAll();
  nock.enableNetConnect();
  if (left.length > 0) throw new Error(`Never asked for: ${left.join(", ")}`);
});

const machine = (changes: object = {}) => ({
  ...{ id: "m1", name: "m1", state: "started", region: "iad", instance_id: "01A", private_ip: "fdaa::2", config },
  ...{ created_at: "2026-11-27T00:00:00Z", updated_at: "2026-11-27T00:00:00Z", events: [], ...changes },
});
async function failureOf(work: Promise<unknown>): Promise<AppError> {
  return work.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error as AppError,
  );
}

test.each([412, 422])("a region without room (%i) is told in the platform's words, and asked once", async (status) => {
  nock(API).post(MACHINES).reply(status, { error: NO_ROOM });
  const error = await failureOf(fleet.create({ region: "iad", config }));
  expect(error).toMatchObject({ code: "CONFLICT", message: NO_ROOM });
  expect(clock.sleptMs).toEqual([]);
});

test("an update without room is asked once, and leaves the machine as it was", async () => {
  nock(API).get(`${MACHINES}/m1`).reply(200, machine());
  nock(API).post(`${MACHINES}/m1`).reply(412, { error: NO_ROOM });
  expect(await failureOf(fleet.update("m1", { config }, "n"))).toMatchObject({ code: "CONFLICT", message: NO_ROOM });
  expect(clock.sleptMs).toEqual([]);
});

test("a creation that is answered with 408 is looked for, and not made twice", async () => {
  nock(API).post(MACHINES).reply(408, { error: LATE });
  nock(API)
    .get(MACHINES)
    .query(true)
    .reply(200, [machine({ config: { ...config, metadata: { [CREATION_KEY]: "k1" } } })]);
  expect((await fleet.create({ region: "iad", config })).id).toBe("m1");
});

test("an update that is answered with 408 is looked for by what it wrote, and not sent twice", async () => {
  const next = { image: "r/shop@sha256:2" };
  nock(API).get(`${MACHINES}/m1`).reply(200, machine());
  nock(API).post(`${MACHINES}/m1`).reply(408, { error: LATE });
  nock(API)
    .get(`${MACHINES}/m1`)
    .reply(200, machine({ instance_id: "01B", config: next }));
  expect((await fleet.update("m1", { config: next }, "n")).instance_id).toBe("01B");
});

test("the end of a machine is waited for through 408s", async () => {
  nock(API).get(`${MACHINES}/m1/wait`).query(true).twice().reply(408, { error: LATE });
  nock(API).get(`${MACHINES}/m1/wait`).query(true).reply(404, { error: "machine not found" });
  await expect(fleet.gone("m1")).resolves.toBeUndefined();
});

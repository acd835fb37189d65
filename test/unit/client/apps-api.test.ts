// Making an app on the platform: what is asked for once more, and what is waited for.
import nock from "nock";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createMachinesClient, type MachinesClient } from "../../../src/client/machines-client.ts";
import type { AppError } from "../../../src/errors/app-error.ts";
import { createTestClock, type TestClock } from "../../support/test-clock.ts";

const BASE = "http://api.test";
const request = { name: "shop", org: "acme", key: "one" };
const body = { name: "shop", org_slug: "acme", idempotency_key: "one" };
const app = {
  ...{ id: "a1", name: "shop", status: "pending", machine_count: 0 },
  organization: { name: "acme", slug: "acme" },
};

let clock: TestClock;
let client: MachinesClient;
beforeEach(() => {
  nock.disableNetConnect();
  clock = createTestClock();
  client = createMachinesClient({ baseUrl: BASE, token: "secret", fetch, clock, random: () => 0 });
});
afterEach(() => {
  const left = nock.pendingMocks();
  nock.cleanAll();
  nock.enableNetConnect();
  if (left.length > 0) throw new Error(`Never asked for: ${left.join(", ")}`);
});

test("an app that is made is waited for while the API does not know it yet", async () => {
  nock(BASE).post("/v1/apps", body).reply(201, { id: "a1", created_at: 1 });
  nock(BASE).get("/v1/apps/shop").reply(404, { error: "app not found" });
  nock(BASE).get("/v1/apps/shop").reply(401, { error: "Authenticate: token validation error" });
  nock(BASE).get("/v1/apps/shop").reply(200, app);
  await client.apps.create(request);
  expect(clock.sleptMs).toEqual([500, 500]);
});

test("a lost answer is asked for once more, by the same key", async () => {
  nock(BASE).post("/v1/apps", body).reply(502, "<html>bad gateway</html>");
  nock(BASE).post("/v1/apps", body).reply(201, { id: "a1" });
  nock(BASE).get("/v1/apps/shop").reply(200, app);
  await client.apps.create(request);
  expect(clock.sleptMs).toEqual([]);
});

test("a name that is taken the second time was made the first time; taken at once, it is somebody else's", async () => {
  const taken = { error: "Validation failed: Name has already been taken", status: "name_taken" };
  nock(BASE).post("/v1/apps", body).reply(502, "");
  nock(BASE).post("/v1/apps", body).reply(422, taken);
  nock(BASE).get("/v1/apps/shop").reply(200, app);
  await client.apps.create(request);

  nock(BASE).post("/v1/apps", body).reply(422, taken);
  const failure = await client.apps.create(request).then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error as AppError,
  );
  expect(failure.code).toBe("APP_NAME_TAKEN");
});

import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createMachinesClient, type MachinesClient } from "../../../src/client/machines-client.ts";
import { CREATION_KEY } from "../../../src/contract/creation-key.ts";
import type { AppError } from "../../../src/errors/app-error.ts";
import { createTestClock, type TestClock } from "../../support/test-clock.ts";

const BASE = "http://api.test";
const MACHINES = "/v1/apps/web/machines";

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

const machine = (changes: object = {}) => ({
  id: "148ed599c14189",
  name: "web-1",
  state: "started",
  region: "iad",
  instance_id: "01J0000000000000000000000A",
  private_ip: "fdaa::2",
  config: { image: "web" },
  created_at: "2026-11-27T00:00:00Z",
  updated_at: "2026-11-27T00:00:00Z",
  events: [],
  ...changes,
});

const reset = (): Error => Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  return work.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error as AppError,
  );
}

describe("429", () => {
  test("is waited for as long as Retry-After says, in seconds or as a date, also for POST", async () => {
    nock(BASE).post(`${MACHINES}/m1/start`).reply(429, "slow down", { "retry-after": "2" });
    nock(BASE)
      .post(`${MACHINES}/m1/start`)
      .reply(429, "", { "retry-after": new Date(clock.now() + 2_000 + 5_000).toUTCString() });
    nock(BASE).post(`${MACHINES}/m1/start`).reply(200, {});
    await client.machines.start("web", "m1");
    // Dates of HTTP have whole seconds.
    expect(clock.sleptMs).toEqual([2_000, 5_000]);
  });

  test("is RATE_LIMITED when the API asks for more patience than there is", async () => {
    nock(BASE).get("/v1/apps/web").reply(429, "", { "retry-after": "3600" });
    expect((await failureOf(client.apps.get("web"))).code).toBe("RATE_LIMITED");
    expect(clock.sleptMs).toEqual([]);
  });
});

describe("an answer that is lost or comes from a proxy", () => {
  test("lets reading go on", async () => {
    nock(BASE).get(MACHINES).replyWithError(reset());
    nock(BASE).get(MACHINES).reply(502, "<html>bad gateway</html>");
    nock(BASE).get(MACHINES).reply(200, [machine()]);
    expect((await client.machines.list("web")).map(({ id }) => id)).toEqual(["148ed599c14189"]);
    expect(clock.sleptMs).toEqual([100, 200]);
  });

  test.each([
    ["a 502", () => nock(BASE).post(`${MACHINES}/m1/suspend`).reply(502, "")],
    ["a broken connection", () => nock(BASE).post(`${MACHINES}/m1/suspend`).replyWithError(reset())],
  ])("never repeats a change blindly: %s", async (_, answer) => {
    answer();
    const error = await failureOf(client.machines.suspend("web", "m1"));
    expect(error).toMatchObject({
      code: "OUTCOME_UNKNOWN",
      message: expect.stringContaining(`POST ${MACHINES}/m1/suspend`),
    });
    expect(clock.sleptMs).toEqual([]);
  });

  test("an error of the API itself is no lost answer, whatever its status", async () => {
    nock(BASE).post(`${MACHINES}/m1/suspend`).reply(502, { error: "no checkpoint", code: "DOCKER_FAILED" });
    expect(await failureOf(client.machines.suspend("web", "m1"))).toMatchObject({
      code: "DOCKER_FAILED",
      message: "no checkpoint",
    });
  });

  test("a destruction that is sent again and finds nothing has succeeded", async () => {
    nock(BASE).delete(`${MACHINES}/m1?force=true&kill=true`).replyWithError(reset());
    nock(BASE).delete(`${MACHINES}/m1?force=true&kill=true`).reply(404, { error: "machine not found" });
    await client.machines.destroy("web", "m1", true);
    nock(BASE).delete(`${MACHINES}/m2`).reply(404, { error: "machine not found" });
    expect((await failureOf(client.machines.destroy("web", "m2", false))).code).toBe("MACHINE_NOT_FOUND");
  });
});

describe("a creation whose answer is lost", () => {
  const found = machine({ config: { image: "web", metadata: { [CREATION_KEY]: "k1" } } });

  test("is looked for by its key instead of being made twice", async () => {
    let sent: unknown;
    nock(BASE)
      .post(MACHINES, (body: unknown) => {
        sent = body;
        return true;
      })
      .replyWithError(reset());
    nock(BASE)
      .get(MACHINES)
      .query({ [`metadata.${CREATION_KEY}`]: "k1" })
      .reply(200, []);
    // An API that does not know the filter gives all machines.
    nock(BASE)
      .get(MACHINES)
      .query(true)
      .reply(200, [machine({ id: "other" }), found]);
    const made = await client.machines.create("web", { config: { image: "web" } }, "k1");
    expect(made.id).toBe("148ed599c14189");
    expect(sent).toEqual({ config: { image: "web", metadata: { [CREATION_KEY]: "k1" } } });
  });

  test("is OUTCOME_UNKNOWN when it does not appear", async () => {
    nock(BASE).post(MACHINES).reply(503, "");
    nock(BASE).get(MACHINES).query(true).times(11).reply(200, []);
    expect((await failureOf(client.machines.create("web", { config: { image: "web" } }, "k1"))).code).toBe(
      "OUTCOME_UNKNOWN",
    );
    expect(clock.sleptMs.reduce((sum, ms) => sum + ms, 0)).toBe(5_000);
  });

  test("a machine that is missing right after its creation is asked for again, another one is not", async () => {
    nock(BASE).post(MACHINES).reply(200, found);
    nock(BASE).get(`${MACHINES}/${found.id}`).twice().reply(404, { error: "machine not found" });
    nock(BASE).get(`${MACHINES}/${found.id}`).reply(200, found);
    await client.machines.create("web", { config: { image: "web" } }, "k1");
    expect((await client.machines.get("web", found.id)).id).toBe(found.id);
    nock(BASE).get(`${MACHINES}/unknown`).reply(404, { error: "machine not found" });
    expect((await failureOf(client.machines.get("web", "unknown"))).code).toBe("MACHINE_NOT_FOUND");
  });
});

describe("waiting", () => {
  test("goes on after 408 until its own deadline, a minute at most in each request", async () => {
    const late = { error: "deadline_exceeded: machine failed to reach desired state, started, currently created" };
    const reply = (): [number, object] => {
      clock.advance(60_000);
      return [408, late];
    };
    nock(BASE).get(`${MACHINES}/m1/wait?state=started&timeout=60&instance_id=01J`).reply(reply);
    nock(BASE).get(`${MACHINES}/m1/wait?state=started&timeout=30&instance_id=01J`).reply(200, { ok: true });
    await client.machines.wait("web", "m1", { state: "started", timeoutMs: 90_000, instanceId: "01J" });
    nock(BASE).get(`${MACHINES}/m1/wait?state=stopped&timeout=10`).reply(reply);
    const error = await failureOf(client.machines.wait("web", "m1", { state: "stopped", timeoutMs: 10_000 }));
    expect(error).toMatchObject({ code: "DEADLINE", message: late.error });
  });

  test("for the end of a machine that is gone is over", async () => {
    nock(BASE).get(`${MACHINES}/m1/wait`).query(true).reply(404, { error: "machine not found" });
    const waited = client.machines.wait("web", "m1", { state: "destroyed", timeoutMs: 10_000 });
    await expect(waited).resolves.toBeUndefined();
  });
});

describe("answers", () => {
  test.each([
    [409, { error: "machine ID m1 lease currently held by a@b, expires at 2026" }, "LEASE_HELD"],
    [412, { error: "failed_precondition: unable to start machine from current state: 'created'" }, "MACHINE_STATE"],
    [409, { error: "aborted: machine update failed due to concurrent update" }, "CONFLICT"],
    [401, { error: "Authenticate: token validation error" }, "UNAUTHORIZED"],
    [401, { message: "Unauthorized" }, "UNAUTHORIZED"],
    [500, { error: "boom" }, "UNREACHABLE"],
  ])("%i with %j is %s", async (status, body, code) => {
    nock(BASE).post(`${MACHINES}/m1/start`).reply(status, body);
    expect((await failureOf(client.machines.start("web", "m1"))).code).toBe(code);
  });

  test("a missing app is told by where the 404 came from", async () => {
    nock(BASE).get(MACHINES).reply(404, "404 page not found\n");
    expect((await failureOf(client.machines.list("web"))).code).toBe("APP_NOT_FOUND");
  });

  test("nulls, missing parts and unreachable hosts are taken as they come", async () => {
    const { events: _, config: __, ...bare } = machine({ checks: null, host_status: "unreachable" });
    nock(BASE)
      .get(MACHINES)
      .reply(200, [{ ...bare, config: null, incomplete_config: { image: "old" } }]);
    nock(BASE)
      .get(`${MACHINES}/m1/lease`)
      .reply(200, { status: "success", data: { nonce: "n", expires_at: 1 } });
    nock(BASE).get(`${MACHINES}/m2/lease`).reply(404, { error: "lease not found" });
    nock(BASE)
      .get("/v1/platform/regions")
      .reply(200, { Regions: [{ code: "iad", name: "Ashburn" }], Nearest: "iad" });
    const [first] = await client.machines.list("web");
    expect(first).toMatchObject({ config: { image: "old" }, events: [], host_status: "unreachable" });
    expect(await client.machines.lease("web", "m1")).toEqual({ nonce: "n", expires_at: 1 });
    expect(await client.machines.lease("web", "m2")).toBeUndefined();
    expect(await client.platform.regions()).toEqual({ nearest: "iad", regions: [{ code: "iad", name: "Ashburn" }] });
  });

  test("what is not of the API is told, not shown", async () => {
    nock(BASE).get("/v1/apps/web").reply(200, "<html>welcome to the hotel</html>");
    expect((await failureOf(client.apps.get("web"))).message).toContain("something that is not of the API");
  });

  test("names cannot leave their place in a path, and macaroons get the platform's scheme", async () => {
    const remote = createMachinesClient({ baseUrl: `${BASE}/`, token: "Bearer fm2_a,x,fm2_b", fetch, clock });
    nock(BASE, { reqheaders: { authorization: "FlyV1 fm2_a,fm2_b" } })
      .get("/v1/apps/a%2F..%2Fb")
      .reply(404, {});
    expect((await failureOf(remote.apps.get("a/../b"))).code).toBe("APP_NOT_FOUND");
  });

  test("certificates come page by page", async () => {
    const row = (hostname: string) => ({
      hostname,
      status: "active",
      configured: true,
      acme_requested: true,
      has_custom_certificate: false,
      has_fly_certificate: true,
      created_at: "",
      updated_at: "",
    });
    nock(BASE)
      .get("/v1/apps/web/certificates")
      .reply(200, { certificates: [row("a.test")], next_cursor: "c" });
    nock(BASE)
      .get("/v1/apps/web/certificates?cursor=c")
      .reply(200, { certificates: [row("b.test")] });
    expect((await client.certificates.list("web")).map(({ hostname }) => hostname)).toEqual(["a.test", "b.test"]);
  });
});

// Releases on Fly.io, against answers as the platform gives them: who may deploy, and what a killed deploy leaves.
import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFlyClient } from "../../../../../src/client/fly-client.ts";
import { createMachinesClient } from "../../../../../src/client/machines-client.ts";
import type { HeldDeploy, Journal } from "../../../../../src/contract/release.ts";
import type { AppError } from "../../../../../src/errors/app-error.ts";
import { createReleaseBook, type ReleaseBook } from "../../../../../src/operations/deploy/fly/release-book.ts";
import type { JournalFile } from "../../../../../src/operations/deploy/fly/journal-file.ts";
import { createTestClock, type TestClock } from "../../../../support/test-clock.ts";

const WEB = "http://web.test";
const API = "http://api.test";
const TOKEN = "FlyV1 fm2_first,fm2_second";

let clock: TestClock;
let kept: HeldDeploy | undefined;
let book: ReleaseBook;

const journal: JournalFile = {
  read: async () => kept,
  write: async (next) => void (kept = next),
  remove: async () => void (kept = undefined),
};
const record = (changes: object = {}) => ({
  ...{ id: "rel_1", version: 4, status: "pending", in_progress: true, strategy: "ROLLING", stable: false },
  ...{ user: { email: "ada@example.com" }, created_at: "2026-11-27T00:00:00Z", image_ref: "r/shop:1" },
  ...changes,
});
const machine = (id: string, version: number, changes: object = {}) => ({
  ...{ id, name: id, state: "started", region: "iad", instance_id: `01${id}`, private_ip: "fdaa::2" },
  ...{ created_at: "2026-11-27T00:00:00Z", updated_at: "2026-11-27T00:00:00Z", events: [] },
  config: configOf("web", version),
  ...changes,
});
const configOf = (group: string, version: number) => ({
  image: `r/shop:${version}`,
  metadata: { fly_platform_version: "v2", fly_process_group: group, fly_release_version: String(version) },
});
const before: Journal = { before: [], phase: "working", doomed: [] };
const body = { reason: "deploy", strategy: "rolling", image: "r/shop:1", user: "ada", definition: {}, journal: before };

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => (error as AppError).code,
  );
}

beforeEach(() => {
  nock.disableNetConnect();
  clock = createTestClock();
  kept = undefined;
  let keys = 0;
  const transport = { token: TOKEN, fetch, clock, random: () => 0 };
  book = createReleaseBook(
    {
      fly: createFlyClient({ ...transport, baseUrl: WEB }),
      machines: createMachinesClient({ ...transport, baseUrl: API }).machines,
      ...{ journal, clock, program: "1.0.0" },
      newKey: () => `key-${(keys += 1)}`,
    },
    "shop",
  );
});
afterEach(() => {
  const left = nock.pendingMocks();
  nock.cleanAll();
  nock.enableNetConnect();
  if (left.length > 0) throw new Error(`Never asked for: ${left.join(", ")}`);
});

describe("a release", () => {
  test("is a record of the platform with all tokens as bearer, and a journal of this computer", async () => {
    const web = { reqheaders: { authorization: "Bearer fm2_first,fm2_second" } };
    nock(WEB, web)
      .post("/api/v1/releases", { app_name: "shop", image: "r/shop:1", strategy: "ROLLING", definition: {} })
      .reply(201, { release: record() });
    nock(WEB, web).patch("/api/v1/releases/rel_1", { status: "running" }).reply(200, {});
    const held = await book.begin({ ...body, ttl_s: 13 });
    expect(held).toMatchObject({ id: "rel_1", version: 4, status: "running", nonce: "key-1" });
    expect(kept).toMatchObject({
      release: "rel_1",
      nonce: "key-1",
      journal: before,
      expiresAtMs: clock.now() + 13_000,
    });

    expect(await codeOf(book.change("rel_1", { nonce: "another", ttl_s: 13 }))).toBe("CONFLICT");
    nock(WEB)
      .patch("/api/v1/releases/rel_1", {
        status: "failed",
        metadata: { post_deployment_info: { flyctl_version: "1.0.0", error: "no" } },
      })
      .reply(200, {});
    await book.change("rel_1", { nonce: "key-1", status: "failed", error: "no" });
    expect(kept).toBeUndefined();
  });

  test("is not begun where another one has come since it was planned", async () => {
    nock(WEB)
      .get("/api/v1/apps/shop/releases?limit=1")
      .reply(200, { releases: [record()] });
    expect(await codeOf(book.begin({ ...body, ttl_s: 13, after: 3 }))).toBe("PLAN_STALE");
    expect(kept).toBeUndefined();
  });

  test("whose answer was lost is looked for, and not made twice", async () => {
    nock(WEB).post("/api/v1/releases").reply(502, "<html>bad gateway</html>");
    nock(WEB)
      .get("/api/v1/apps/shop/releases?limit=1")
      .reply(200, { releases: [record()] });
    nock(WEB).patch("/api/v1/releases/rel_1").reply(200, {});
    expect((await book.begin({ ...body, ttl_s: 13 })).id).toBe("rel_1");

    nock(WEB).post("/api/v1/releases").reply(502, "");
    nock(WEB)
      .get("/api/v1/apps/shop/releases?limit=1")
      .reply(200, { releases: [record({ image_ref: "r/shop:0" })] });
    expect(await codeOf(book.begin({ ...body, ttl_s: 13 }))).toBe("OUTCOME_UNKNOWN");
  });

  test("reads as the platform says it, in whatever case", async () => {
    nock(WEB)
      .get("/api/v1/apps/shop/releases?limit=3")
      .reply(200, {
        releases: [
          record({ status: "FAILED", in_progress: false, user: "ada" }),
          record({ id: 7, version: 3, status: "complete", in_progress: false }),
          record({ id: "rel_0", version: 2, status: "interrupted", in_progress: null, user: null }),
        ],
      });
    expect((await book.releases(3)).map(({ id, status, user }) => [id, status, user])).toEqual([
      ["rel_1", "failed", "ada"],
      ["7", "complete", "ada@example.com"],
      ["rel_0", "interrupted", "-"],
    ]);
  });
});

describe("a release that was cut short", () => {
  const { journal: _journal, ...made } = body;
  const running = { ...made, id: "rel_1", version: 4, status: "running" as const, created_at: "", updated_at: "" };

  test("of this computer is taken over once its time has run out", async () => {
    kept = { release: "rel_1", version: 4, nonce: "old", expiresAtMs: clock.now() + 5_000, journal: before };
    expect(await codeOf(book.adopt(running, 13))).toBe("DEPLOY_RUNNING");
    await clock.sleep(5_000);
    expect(await book.adopt(running, 13)).toMatchObject({ nonce: "key-1", journal: before });
    expect(await codeOf(book.change("rel_1", { nonce: "old", ttl_s: 1 }))).toBe("CONFLICT");
  });

  test("of another computer is left alone while machines are held, and has no journal after that", async () => {
    nock(API)
      .get("/v1/apps/shop/machines")
      .times(2)
      .reply(200, [machine("m1", 4)]);
    const lease = { nonce: "n", expires_at: 9_999_999_999, owner: "bob@example.com", description: "", version: "01" };
    nock(API).get("/v1/apps/shop/machines/m1/lease").reply(200, { status: "success", data: lease });
    expect(await codeOf(book.adopt(running, 13))).toBe("DEPLOY_RUNNING");
    nock(API).get("/v1/apps/shop/machines/m1/lease").reply(404, { error: "lease not found" });
    expect(await book.adopt(running, 13)).not.toHaveProperty("journal");
  });
});

describe("what a release was made of", () => {
  const history = (): void => {
    const gone = machine("m0", 2, { state: "destroyed", config: configOf("cron", 2) });
    const all = [machine("m1", 4), machine("m2", 1, { config: configOf("worker", 1) }), gone];
    nock(API).get("/v1/apps/shop/machines?include_deleted=true").reply(200, all);
    const versions = [4, 3, 1].map((version) => ({ version: `01${version}`, user_config: configOf("web", version) }));
    nock(API).get("/v1/apps/shop/machines/m1/versions").reply(200, versions);
    nock(API).get("/v1/apps/shop/machines/m2/versions").reply(200, []);
  };

  test("is what each group had at most at that version; of machines that are gone, what it wrote itself", async () => {
    const groups = async (version: number) => {
      history();
      const found = (await book.definition({ ...record(), ...body, version, status: "complete", updated_at: "" })) as {
        groups: { name: string; config: { image: string } }[];
      };
      return found.groups.map(({ name, config }) => `${name} ${config.image}`);
    };
    expect(await groups(3)).toEqual(["web r/shop:3", "worker r/shop:1"]);
    expect(await groups(2)).toEqual(["cron r/shop:2", "web r/shop:1", "worker r/shop:1"]);
  });

  test("is not found where no machine remembers it", async () => {
    nock(API).get("/v1/apps/shop/machines?include_deleted=true").reply(200, []);
    const release = { ...record(), ...body, status: "complete" as const, updated_at: "" };
    expect(await codeOf(book.definition(release))).toBe("RELEASE_NOT_FOUND");
  });
});

// Clients that want the same thing at the same time.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";

let planet: MemoryPlanet;
beforeAll(async () => {
  planet = await startMemoryPlanet({ images: { web: { kind: "runs" } } });
  await planet.client.createApp("race");
});
afterAll(() => planet.stop());

async function send(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, string> }> {
  const response = await fetch(`${planet.baseUrl}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}
const statusesOf = (answers: readonly { status: number }[]): number[] =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b);
const times = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe("races", () => {
  test("of ten clients exactly one gets the lease", async () => {
    const { id } = await planet.client.createMachine("race", { config: { image: "web" } });
    const answers = await times(10, () => send("POST", `/apps/race/machines/${id}/lease`, { ttl: 60 }));
    expect(statusesOf(answers)).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    const { status } = await send("POST", `/apps/race/machines/${id}/stop`, {});
    expect(status).toBe(409);
  });

  test("of ten updates of one version exactly one is made", async () => {
    const { id, instance_id: version } = await planet.client.createMachine("race", { config: { image: "web" } });
    const update = (index: number) =>
      send("POST", `/apps/race/machines/${id}`, {
        config: { image: "web", env: { N: String(index) } },
        current_version: version,
      });
    const answers = await times(10, update);
    expect(statusesOf(answers)).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
  });

  test("of ten machines of one name exactly one is made", async () => {
    const create = () => send("POST", "/apps/race/machines", { name: "only", config: { image: "web" } });
    expect(statusesOf(await times(10, create))).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
  });

  test("fifty creations with one idempotency key make one app", async () => {
    const body = { name: "once", org_slug: "personal", idempotency_key: "k1" };
    const answers = await times(50, () => send("POST", "/apps", body));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body: { id } }) => id)).size).toBe(1);
    const other = await send("POST", "/apps", { ...body, name: "other" });
    expect(other.body["id"]).not.toBe(answers[0]?.body["id"]);
  });

  test("of two machines that mount one volume exactly one is made", async () => {
    const { body: volume } = await send("POST", "/apps/race/volumes", { name: "data", region: "iad" });
    const config = { image: "web", mounts: [{ volume: volume["id"], path: "/data" }] };
    const answers = await times(2, () => send("POST", "/apps/race/machines", { config }));
    expect(statusesOf(answers)).toEqual([200, 412]);
  });
});

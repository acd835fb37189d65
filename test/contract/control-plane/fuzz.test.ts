// Made-up requests, a few; test/soak/api-fuzz.test.ts sends many. And requests that would cost more than they are worth.
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fuzz } from "../../support/api-fuzz.ts";
import { type FuzzPlanet, startFuzzPlanet } from "../../support/fuzz-planet.ts";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";
import { rawRequest } from "../../support/raw-request.ts";

describe("requests made from the specification", () => {
  let subject: FuzzPlanet;
  beforeAll(async () => {
    subject = await startFuzzPlanet();
  });
  afterAll(() => subject.planet.stop());

  test("none is answered with 5xx, and none hangs or tells of the inside", async () => {
    const { statuses } = await fuzz(subject.target, 1_000, 1);
    expect(statuses["200"]).toBeGreaterThan(50);
    expect(statuses["400"]).toBeGreaterThan(50);
  });
});

describe("requests that cost too much", () => {
  const authorization = `Bearer ${TOKEN}`;
  let planet: MemoryPlanet;
  beforeAll(async () => {
    planet = await startMemoryPlanet({ images: {}, requestTimeoutMs: 300 });
  });
  afterAll(() => planet.stop());
  const send = (body: string, headers: Record<string, string> = {}) =>
    rawRequest(`${planet.baseUrl}/v1/apps`, { method: "POST", headers: { authorization, ...headers }, body });

  test("a body over 1 MiB", async () => {
    expect((await send(JSON.stringify({ name: "x".repeat(1_100_000) }))).status).toBe(413);
  });
  test("a body over 1 MiB that does not say how long it is", async () => {
    const body = JSON.stringify({ name: "x".repeat(1_100_000) });
    expect((await send(body, { "transfer-encoding": "chunked" })).status).toBe(413);
  });
  test.each(["[", '{"a":'])("a body that nests a hundred thousand times: %s", async (opening) => {
    const answer = await send(opening.repeat(100_000));
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining("nests deeper") });
  });
  test.each([
    ["a head", "POST /v1/apps HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow:"],
    [
      "a body",
      `POST /v1/apps HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${authorization}\r\nContent-Length: 100\r\n\r\n{"name":`,
    ],
  ])("%s that does not come to its end", async (_, beginning) => {
    const socket = connect(Number(new URL(planet.baseUrl).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(beginning);
    await once(socket, "close");
    expect(answer).toMatch(/^HTTP\/1\.1 408/);
  });
});

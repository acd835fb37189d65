import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createPlanetClient, type PlanetClient } from "../../../src/client/planet-client.ts";
import { createTestClock } from "../../support/test-clock.ts";
import type { LogEntry } from "../../../src/contract/planet.ts";
import { AppError } from "../../../src/errors/app-error.ts";
import { CATALOGUE, type ErrorCode } from "../../../src/errors/catalogue.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const closers: (() => Promise<void>)[] = [];

async function clientOf(
  handler: Handler,
  options: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<PlanetClient> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return createPlanetClient({
    fetch,
    clock: createTestClock(),
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: "secret",
    ...options,
  });
}

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  return expect.fail("it did not fail");
}

const entry = (message: string): LogEntry => ({
  timestamp: "2026-11-22T10:00:00.1Z",
  app: "a",
  region: "iad",
  machine: "m1",
  stream: "stdout",
  message,
});

async function collect(entries: AsyncIterable<LogEntry>): Promise<string[]> {
  const messages: string[] = [];
  for await (const { message } of entries) messages.push(message);
  return messages;
}

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe("createPlanetClient", () => {
  test("sends the token and takes the body for what the contract says", async () => {
    let seen: string | undefined;
    const client = await clientOf((request, response) => {
      seen = request.headers.authorization;
      response.end(JSON.stringify({ sent: 2, received: 1, rttsMs: [80.1] }));
    });
    expect(await client.probe({ from: "iad", to: "ams", family: 4, count: 2, intervalMs: 1 })).toEqual({
      sent: 2,
      received: 1,
      rttsMs: [80.1],
    });
    expect(seen).toBe("Bearer secret");
  });

  test("escapes names in addresses", async () => {
    let seen: string | undefined;
    const client = await clientOf((request, response) => {
      seen = request.url;
      response.writeHead(202).end();
    });
    await client.revokeToken("a/../b");
    expect(seen).toBe("/hangar/v1/tokens/a%2F..%2Fb");
  });

  test.each(Object.keys(CATALOGUE) as ErrorCode[])("turns the body of %s back into the same error", async (code) => {
    const client = await clientOf((_request, response) => {
      const body = { error: `it was ${code}`, code, suggestions: ["do this"], details: { n: 1 } };
      response.writeHead(CATALOGUE[code].status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    const error = await failureOf(client.planet());
    expect(error).toMatchObject({ code, message: `it was ${code}`, suggestions: ["do this"], details: { n: 1 } });
    expect(error.oclif.exit).toBe(CATALOGUE[code].exit);
  });

  test("is UNREACHABLE when nothing listens", async () => {
    const client = await clientOf(() => {});
    for (const close of closers.splice(0)) await close();
    expect((await failureOf(client.planet())).code).toBe("UNREACHABLE");
  });

  test("is DEADLINE when no answer comes in time", async () => {
    const client = await clientOf(() => {}, { timeoutMs: 20 });
    expect((await failureOf(client.planet())).code).toBe("DEADLINE");
  });

  test("ends with the signal's reason when it is interrupted", async () => {
    const interrupted = new AbortController();
    const client = await clientOf(() => interrupted.abort(new AppError("CANCELLED", "Interrupted")), {
      signal: interrupted.signal,
    });
    expect((await failureOf(client.planet())).code).toBe("CANCELLED");
  });
});

describe("logs", () => {
  const forever = new AbortController().signal;

  test("reads one entry per line, wherever the bytes are cut", async () => {
    const text = Buffer.from(["one", "zwölf", "日本"].map((message) => `${JSON.stringify(entry(message))}\n`).join(""));
    const client = await clientOf((_request, response) => {
      let at = 0;
      const next = (): void => {
        if (at === text.length) return void response.end();
        at += 1;
        response.write(text.subarray(at - 1, at), next);
      };
      next();
    });
    expect(await collect(client.logs("a", { follow: false, tail: 10 }, forever))).toEqual(["one", "zwölf", "日本"]);
  });

  test("takes a last line without its end, and skips empty ones", async () => {
    const client = await clientOf((_request, response) =>
      response.end(`${JSON.stringify(entry("one"))}\n\n${JSON.stringify(entry("two"))}`),
    );
    expect(await collect(client.logs("a", { follow: false, tail: 10 }, forever))).toEqual(["one", "two"]);
  });

  test("asks for what was wanted", async () => {
    let seen: string | undefined;
    const client = await clientOf((request, response) => {
      seen = request.url;
      response.end();
    });
    await collect(client.logs("a", { follow: true, tail: 5, region: "iad", machine: "m1" }, forever));
    expect(seen).toBe("/hangar/v1/apps/a/logs?tail=5&follow=true&region=iad&machine=m1");
  });

  test("throws what control refuses with", async () => {
    const client = await clientOf((_request, response) =>
      response.writeHead(404).end(JSON.stringify({ error: "no app", code: "APP_NOT_FOUND" })),
    );
    expect((await failureOf(collect(client.logs("a", { follow: false, tail: 1 }, forever)))).code).toBe(
      "APP_NOT_FOUND",
    );
  });
});

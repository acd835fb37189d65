import { readFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:https";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WorldCheck } from "../../../../../src/contract/world.ts";
import { type CheckResult, isSilent, runCheck } from "../../../../../src/emulator/edge/checks/run-check.ts";

const fixture = (name: string): Buffer =>
  readFileSync(path.join(import.meta.dirname, "../../../../fixtures/certificates", name));
const asked: string[] = [];
const server = createServer(
  {
    ...{ cert: fixture("shop.cert.pem"), key: fixture("shop.key.pem") },
    SNICallback: (name, done) => {
      asked.push(name);
      done(null);
    },
  },
  (request, response) => response.writeHead(request.url === "/ok" ? 204 : 302, { location: "/ok" }).end(),
);

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const check = (change: Partial<WorldCheck>): Promise<CheckResult> =>
  runCheck(
    {
      ...{ name: "up", type: "http", port: (server.address() as AddressInfo).port, path: "/ok" },
      ...{ intervalMs: 1_000, timeoutMs: 2_000, gracePeriodMs: 0, gatesRouting: true },
      ...change,
    },
    { host: "127.0.0.1", localAddress: "127.0.0.1" },
  );

describe("a check over TLS", () => {
  test("passes by its status where any certificate will do", async () => {
    expect(await check({ tls: { skipVerify: true } })).toMatchObject({ passing: true });
    expect(await check({ tls: { skipVerify: true }, path: "/" })).toMatchObject({ passing: false });
  });
  test("fails with a certificate that nobody known has signed", async () => {
    const { passing, output } = await check({ tls: { skipVerify: false, serverName: "shop.example.com" } });
    expect(passing).toBe(false);
    expect(output).toMatch(/^GET https:\/\/127\.0\.0\.1:\d+\/ok: .*certificate/);
  });
  test("asks for the name that it was given", async () => {
    asked.length = 0;
    await check({ tls: { skipVerify: true, serverName: "shop.example.com" } });
    expect(asked).toEqual(["shop.example.com"]);
  });
  test("is no check in the clear", async () => {
    expect(await check({})).toMatchObject({ passing: false });
  });
});

describe("AS-16: what a check says of the machine beside its program", () => {
  test.each(["tcp", "http"] as const)("a refusal is an answer: %s", async (type) => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, "close");
    expect(await check({ type, port })).toMatchObject({ passing: false, silent: false });
  });
  test("a connection without an answer to the request is one, too", async () => {
    const mute = net.createServer(() => undefined).listen(0, "127.0.0.1");
    await once(mute, "listening");
    const result = await check({ port: (mute.address() as AddressInfo).port, timeoutMs: 100 });
    mute.close();
    expect(result).toMatchObject({ passing: false, silent: false });
  });
  test.each(["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"])("%s is none", (code) => {
    expect(isSilent(Object.assign(new Error(code), { code }))).toBe(true);
  });
});

import type { AddressInfo } from "node:net";
import { describe, test } from "vitest";
import { AppError } from "../../../../src/errors/app-error.ts";
import { createAdminServer } from "../../../../src/emulator/component/admin-server.ts";
import { aWorld } from "../wan/a-world.ts";

async function withServer(
  putWorld: () => Promise<number>,
  use: (
    send: (route: string, init?: RequestInit, token?: string) => Promise<{ status: number; body: unknown }>,
  ) => Promise<void>,
): Promise<void> {
  const status = { component: "wan", worldVersion: 3, startId: "s", pid: 1 } as const;
  const server = createAdminServer({ token: "secret", status: () => status, putWorld });
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await use(async (route, init = {}, token = "secret") => {
      const response = await fetch(`http://127.0.0.1:${port}${route}`, {
        ...init,
        headers: { authorization: `Bearer ${token}` },
      });
      return { status: response.status, body: await response.json() };
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("admin server", () => {
  test("answers with the status, and with the version of a world in force", ({ expect }) =>
    withServer(
      async () => 8,
      async (send) => {
        expect(await send("/status")).toEqual({
          status: 200,
          body: { component: "wan", worldVersion: 3, startId: "s", pid: 1 },
        });
        expect(await send("/world", { method: "PUT", body: JSON.stringify(aWorld()) })).toEqual({
          status: 200,
          body: { version: 8 },
        });
      },
    ));

  test("refuses strangers, nonsense and unknown addresses", ({ expect }) =>
    withServer(
      async () => 8,
      async (send) => {
        expect(await send("/status", {}, "guess")).toMatchObject({ status: 401, body: { code: "UNAUTHORIZED" } });
        expect(await send("/world", { method: "PUT", body: '{"version":1}' })).toMatchObject({
          status: 400,
          body: { code: "REQUEST_INVALID" },
        });
        expect(await send("/world", { method: "PUT", body: "{" })).toMatchObject({ status: 400 });
        expect(await send("/world")).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
      },
    ));

  test("says why a world could not be put in force", ({ expect }) =>
    withServer(
      async () => {
        throw new AppError("CONFLICT", "wan is not attached to the network of ams yet", {
          details: { regions: ["ams"] },
        });
      },
      async (send) => {
        const { status, body } = await send("/world", { method: "PUT", body: JSON.stringify(aWorld()) });
        expect([status, body]).toMatchObject([409, { code: "CONFLICT", details: { regions: ["ams"] } }]);
      },
    ));
});

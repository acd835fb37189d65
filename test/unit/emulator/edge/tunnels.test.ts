import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { createTunnels } from "../../../../src/emulator/edge/tunnels.ts";
import { indexWorld } from "../../../../src/emulator/edge/world-index.ts";
import { AppError } from "../../../../src/errors/app-error.ts";
import { worldMachine, worldOf } from "../../../support/edge-rig.ts";

const [FIRST, SECOND, FLYCAST] = ["fd00::2", "fd00::3", "fdaa::9"];
const NAMES: Readonly<Record<string, readonly string[]>> = {
  "shop.internal": [FIRST, SECOND],
  "shop.flycast": [FLYCAST],
  "example.com": ["2001:db8::1"],
};

/** Tunnels of a planet with two machines and a Flycast address, of which some refuse. */
function tunnelsWith(refusing: readonly string[] = []) {
  const base = worldOf(
    1,
    ["ams", "iad"],
    [
      worldMachine({ id: "a", app: "shop", region: "ams", address4: "10.0.0.2", port: 80, more: { address6: FIRST } }),
      worldMachine({ id: "b", app: "shop", region: "iad", address4: "10.0.0.3", port: 80, more: { address6: SECOND } }),
    ],
  );
  const world = { ...base, apps: base.apps.map((app) => (app.name === "shop" ? { ...app, flycast: [FLYCAST] } : app)) };
  const dialled: unknown[] = [];
  const tunnels = createTunnels({
    world: () => indexWorld(world),
    lookUp: async (name, { code }) => {
      dialled.push(`${name} in ${code}`);
      return NAMES[name] ?? [];
    },
    connect: async (target) => {
      dialled.push(target);
      if (refusing.includes(target.host)) throw new AppError("APP_NOT_LISTENING", `nothing on ${target.host}`);
      return new PassThrough();
    },
  });
  return { tunnels, dialled };
}

describe("tunnels", () => {
  test("ask the DNS of the home region and connect from there", async () => {
    const { tunnels, dialled } = tunnelsWith();
    await tunnels.open({ host: "shop.internal", port: 5432 });
    expect(dialled).toEqual(["shop.internal in ams", { host: FIRST, port: 5432, localAddress: "::ffff:127.0.1.252" }]);
  });

  test("go on with the next address where one refuses, and tell the last refusal", async () => {
    const { tunnels, dialled } = tunnelsWith([FIRST]);
    await tunnels.open({ host: "shop.internal", port: 1 });
    expect(dialled.slice(1)).toMatchObject([{ host: FIRST }, { host: SECOND }]);
    await expect(tunnelsWith([FIRST, SECOND]).tunnels.open({ host: "shop.internal", port: 1 })).rejects.toMatchObject({
      code: "APP_NOT_LISTENING",
      message: `nothing on ${SECOND}`,
    });
  });

  test("take addresses of machines without asking, IPv4 from IPv4", async () => {
    const { tunnels, dialled } = tunnelsWith();
    await tunnels.open({ host: "10.0.0.3", port: 80 });
    expect(dialled).toEqual([{ host: "10.0.0.3", port: 80, localAddress: "127.0.1.253" }]);
  });

  test("reach Flycast, whose addresses are edge's own, from edge itself", async () => {
    const { tunnels, dialled } = tunnelsWith();
    await tunnels.open({ host: "shop.flycast", port: 80 });
    expect(dialled[1]).toEqual({ host: FLYCAST, port: 80 });
  });

  test.each([
    ["none.internal", "HOST_NOT_FOUND"],
    ["example.com", "REQUEST_INVALID"],
    ["127.0.0.1", "REQUEST_INVALID"],
    ["127.0.1.253", "REQUEST_INVALID"],
    ["::1", "REQUEST_INVALID"],
  ])("refuse %s with %s and connect to nothing", async (host, code) => {
    const { tunnels, dialled } = tunnelsWith();
    await expect(tunnels.open({ host, port: 4281 })).rejects.toMatchObject({ code });
    await expect(tunnels.addresses(host)).rejects.toMatchObject({ code });
    expect(dialled.filter((entry) => typeof entry !== "string")).toEqual([]);
  });
});

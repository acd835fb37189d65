import { createServer, type RequestListener } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pingEngine } from "../../../src/platform/engine-ping.ts";
import { findTunDevice } from "../../../src/platform/tun-device.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "hangar-ping-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("pingEngine", () => {
  const withEngine = async <T>(listener: RequestListener, use: (socketPath: string) => Promise<T>): Promise<T> => {
    const server = createServer(listener);
    const socketPath = path.join(folder, "docker.sock");
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    try {
      return await use(socketPath);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };

  test("reads the engine's time", async () => {
    const answer = await withEngine(
      (_request, response) => {
        response.setHeader("date", "Sun, 22 Nov 2026 10:00:00 GMT");
        response.end("OK");
      },
      (socketPath) => pingEngine({ socketPath }, 5_000),
    );
    expect(answer).toEqual({ kind: "answered", dateMs: Date.UTC(2026, 10, 22, 10) });
  });

  test("notices an engine that says nothing", async () => {
    expect(
      await withEngine(
        () => {},
        (socketPath) => pingEngine({ socketPath }, 30),
      ),
    ).toEqual({ kind: "silent" });
  });

  test("knows nothing where nothing listens, or certificates are needed", async () => {
    expect(await pingEngine({ socketPath: path.join(folder, "none.sock") }, 1_000)).toEqual({ kind: "unknown" });
    expect(await pingEngine({ host: { protocol: "https", hostname: "127.0.0.1", port: 1 } }, 1_000)).toEqual({
      kind: "unknown",
    });
  });
});

describe("findTunDevice", () => {
  test("tells a missing device from one that cannot be opened", async () => {
    expect(await findTunDevice(path.join(folder, "tun"))).toBe("missing");
    expect(await findTunDevice(folder)).toBe("no-driver");
    expect(await findTunDevice("/dev/null")).toBe("usable");
  });
});

import { connect, type Socket } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { exists } from "../../../src/platform/files.ts";
import { listenForStreams } from "../../../src/platform/stream-listener.ts";
import { withTempDir } from "../../support/temp-dir.ts";

const greet = (socket: Socket): void => void socket.end("hello");

describe("listening for streams", () => {
  test("takes a free port and says which", async () => {
    const listener = await listenForStreams({ address: "127.0.0.1", port: 0 }, greet);
    expect(listener.name).toBe(`127.0.0.1:${listener.port}`);
    expect(await text(connect(listener.port ?? 0, "127.0.0.1"))).toBe("hello");
    await expect(listenForStreams({ address: "127.0.0.1", port: listener.port ?? 0 }, greet)).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: `${listener.name} is used by another program`,
    });
    listener.close();
  });

  test("listens on a socket file and removes it", () =>
    withTempDir(async (dir) => {
      const file = path.join(dir, "own.sock");
      const listener = await listenForStreams({ file }, greet);
      expect(listener).toMatchObject({ name: file, port: undefined });
      expect(await text(connect(file))).toBe("hello");
      await expect(listenForStreams({ file }, greet)).rejects.toMatchObject({ code: "FILE_EXISTS" });
      listener.close();
      await expect.poll(() => exists(file)).toBe(false);
    }));

  test("says where nothing can listen", async () => {
    await expect(listenForStreams({ address: "203.0.113.1", port: 0 }, greet)).rejects.toMatchObject({ code: "USAGE" });
    await expect(listenForStreams({ file: "/nowhere/at/all.sock" }, greet)).rejects.toMatchObject({
      code: "FILE_ACCESS",
    });
  });
});

import { stat } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { createTokenStore, type TokenStoreDeps } from "../../../../src/operations/auth/token-store.ts";
import * as files from "../../../../src/platform/files.ts";
import type { Keychain } from "../../../../src/platform/keychain.ts";
import { withTempDir } from "../../../support/temp-dir.ts";

function memoryKeychain(): Keychain & { secret: string | undefined } {
  const keychain = {
    secret: undefined as string | undefined,
    get: async () => keychain.secret,
    set: async (secret: string) => void (keychain.secret = secret),
    remove: async () => {
      const had = keychain.secret !== undefined;
      keychain.secret = undefined;
      return had;
    },
  };
  return keychain;
}

const noKeychain: Keychain = {
  get: () => Promise.reject(new Error("no storage")),
  set: () => Promise.reject(new Error("no storage")),
  remove: () => Promise.reject(new Error("no storage")),
};

/** Takes secrets and gives none back, as the kernel's key store does in some containers. */
const forgetful: Keychain = { get: async () => undefined, set: async () => undefined, remove: async () => false };

const deps = (stateDir: string, keychain: Keychain, env: TokenStoreDeps["env"] = {}): TokenStoreDeps => ({
  ...{ env, stateDir, keychain, files },
});

describe("token store", () => {
  test("keeps a token in the keychain and nowhere else", async () => {
    await withTempDir(async (dir) => {
      const keychain = memoryKeychain();
      const store = createTokenStore(deps(dir, keychain));
      expect(await store.read()).toBeUndefined();
      expect(await store.write("Bearer fo1_abc\n")).toBe("keychain");
      expect(keychain.secret).toBe("fo1_abc");
      expect(await files.listNames(dir)).toEqual([]);
      expect(await store.read()).toEqual({ token: "fo1_abc", source: "keychain" });
      expect(await store.remove()).toEqual(["keychain"]);
      expect(await store.remove()).toEqual([]);
      expect(await store.read()).toBeUndefined();
    });
  });

  test.each([
    ["no keychain answers", noKeychain],
    ["the keychain forgets", forgetful],
  ])("keeps it in a file of its owner where %s", async (_case, keychain) => {
    await withTempDir(async (dir) => {
      const store = createTokenStore(deps(path.join(dir, "state"), keychain));
      expect(await store.write("fm2_abc")).toBe("file");
      expect((await stat(path.join(dir, "state", "fly-token"))).mode & 0o777).toBe(0o600);
      expect(await store.read()).toEqual({ token: "fm2_abc", source: "file" });
      expect(await store.remove()).toEqual(["file"]);
      expect(await store.read()).toBeUndefined();
    });
  });

  test("a token that moves to the keychain leaves no copy in the file", async () => {
    await withTempDir(async (dir) => {
      await createTokenStore(deps(dir, noKeychain)).write("fo1_old");
      const store = createTokenStore(deps(dir, memoryKeychain()));
      await store.write("fo1_new");
      expect(await files.listNames(dir)).toEqual([]);
      expect(await store.read()).toEqual({ token: "fo1_new", source: "keychain" });
    });
  });

  test("the environment comes first, FLY_API_TOKEN before FLY_ACCESS_TOKEN", async () => {
    await withTempDir(async (dir) => {
      const keychain = memoryKeychain();
      keychain.secret = "fo1_kept";
      const read = (env: TokenStoreDeps["env"]) => createTokenStore(deps(dir, keychain, env)).read();
      expect(await read({ FLY_API_TOKEN: "a", FLY_ACCESS_TOKEN: "b" })).toEqual({
        token: "a",
        source: "FLY_API_TOKEN",
      });
      expect(await read({ FLY_API_TOKEN: " ", FLY_ACCESS_TOKEN: "b" })).toEqual({
        token: "b",
        source: "FLY_ACCESS_TOKEN",
      });
      expect(await read({ FLY_API_TOKEN: "" })).toEqual({ token: "fo1_kept", source: "keychain" });
    });
  });
});

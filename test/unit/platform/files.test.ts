import { readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  ensureDir,
  exists,
  listNames,
  readText,
  readTextIfExists,
  remove,
  writeAtomic,
} from "../../../src/platform/files.ts";
import { withTempDir } from "../../support/temp-dir.ts";

describe("writeAtomic", () => {
  test("writes text with exactly the mode that was asked, whatever was there", () =>
    withTempDir(async (folder) => {
      const file = path.join(folder, "token");
      await writeFile(file, "old", { mode: 0o666 });
      await writeAtomic(file, "secret", 0o600);
      expect(await readText(file)).toBe("secret");
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await readdir(folder)).toEqual(["token"]);
    }));

  test("leaves nothing behind when it fails", () =>
    withTempDir(async (folder) => {
      await ensureDir(path.join(folder, "taken", "inside"));
      await expect(writeAtomic(path.join(folder, "taken"), "x")).rejects.toThrow();
      expect(await readdir(folder)).toEqual(["taken"]);
    }));
});

test("what is not there reads as nothing", () =>
  withTempDir(async (folder) => {
    const missing = path.join(folder, "missing");
    expect(await readTextIfExists(missing)).toBeUndefined();
    expect(await readTextIfExists(path.join(folder, "missing", "deeper"))).toBeUndefined();
    expect(await exists(missing)).toBe(false);
    expect(await listNames(missing)).toEqual([]);
    await expect(remove(missing)).resolves.toBeUndefined();
  }));

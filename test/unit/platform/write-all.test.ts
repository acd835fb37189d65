import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeAll } from "../../../src/platform/write-all.ts";

describe("writeAll", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "write-all-test-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const contents = async (): Promise<Record<string, string>> => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    return Object.fromEntries(
      await Promise.all(files.map(async (file) => [path.relative(folder, file), await readFile(file, "utf8")])),
    );
  };

  test("writes new files, replaces those it may, and leaves nothing else", async () => {
    await writeFile(path.join(folder, "old"), "before");
    await writeAll(folder, [
      { path: "old", text: "after", replace: true },
      { path: "new", text: "n", replace: false },
      { path: "deep/er/file", text: "d", replace: false },
    ]);
    expect(await contents()).toEqual({ old: "after", new: "n", "deep/er/file": "d" });
  });

  test("makes the folder itself", async () => {
    await writeAll(path.join(folder, "a/b"), [{ path: "c", text: "c", replace: false }]);
    expect(await contents()).toEqual({ "a/b/c": "c" });
  });

  test("undoes everything when a file is in the way", async () => {
    await writeFile(path.join(folder, "old"), "before");
    await writeFile(path.join(folder, "taken"), "mine");
    const files = [
      { path: "old", text: "after", replace: true },
      { path: "deep/er/file", text: "d", replace: false },
      { path: "taken", text: "theirs", replace: false },
    ];
    await expect(writeAll(folder, files)).rejects.toMatchObject({ code: "FILE_EXISTS" });
    expect(await contents()).toEqual({ old: "before", taken: "mine" });
    expect(await readdir(folder)).toEqual(["old", "taken"]);
  });

  test("undoes everything when a folder cannot be made", async () => {
    await writeFile(path.join(folder, "file"), "not a folder");
    const files = [
      { path: "new", text: "n", replace: false },
      { path: "file/inside", text: "x", replace: false },
    ];
    await expect(writeAll(folder, files)).rejects.toMatchObject({ code: "FILE_ACCESS" });
    expect(await readdir(folder)).toEqual(["file"]);
  });

  test("does not remove what others put into its folders meanwhile", async () => {
    await mkdir(path.join(folder, "shared"));
    await writeFile(path.join(folder, "shared/other"), "o");
    await expect(
      writeAll(folder, [
        { path: "shared/mine", text: "m", replace: false },
        { path: "shared/other", text: "x", replace: false },
      ]),
    ).rejects.toMatchObject({ code: "FILE_EXISTS" });
    expect(await contents()).toEqual({ "shared/other": "o" });
  });
});

import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { watchFiles } from "../../../src/platform/watch-files.ts";
import { withTempDir } from "../../support/temp-dir.ts";

test("files that are made, changed and removed are told, also in new folders; what is skipped is not", () =>
  withTempDir(async (dir) => {
    await mkdir(path.join(dir, "node_modules"));
    await writeFile(path.join(dir, "a.js"), "1");
    const told = new Set<string>();
    const watch = await watchFiles(dir, {
      skips: (file) => file === "node_modules",
      onChange: ({ path: file, removed }) => void told.add(`${removed ? "-" : "+"}${file}`),
    });
    const has = (what: string) => expect.poll(() => told.has(what), { timeout: 20_000 }).toBe(true);
    try {
      await writeFile(path.join(dir, "node_modules", "b.js"), "1");
      await writeFile(path.join(dir, "a.js"), "22");
      await has("+a.js");
      await mkdir(path.join(dir, "lib", "deep"), { recursive: true });
      await writeFile(path.join(dir, "lib", "deep", "c.js"), "1");
      await has("+lib/deep/c.js");
      await rm(path.join(dir, "a.js"));
      await has("-a.js");
      expect([...told].filter((what) => what.includes("node_modules"))).toEqual([]);
    } finally {
      await watch.close();
    }
  }));

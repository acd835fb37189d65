import { describe, test } from "vitest";
import { WorldSchema } from "../../../../src/contract/world.ts";
import { createWorldFile, createWorldKeeper } from "../../../../src/emulator/component/world-file.ts";
import { aWorld } from "../wan/a-world.ts";

function aFile(text?: string) {
  const disk = { text };
  const file = createWorldFile({
    path: "/state/world.json",
    readTextIfExists: async () => disk.text,
    writeAtomic: async (_, next) => void (disk.text = next),
    ensureDir: async () => undefined,
  });
  return { disk, file };
}

describe("world file", () => {
  test("gives back the world that was saved", async ({ expect }) => {
    const { file } = aFile();
    await expect(file.load()).resolves.toBeUndefined();
    await file.save(aWorld({ version: 12 }));
    await expect(file.load()).resolves.toEqual(WorldSchema.parse(aWorld({ version: 12 })));
  });

  test.for(["", "{", '{"version":1}'])("is as good as absent when it holds %j", async (text, { expect }) => {
    await expect(aFile(text).file.load()).resolves.toBeUndefined();
  });
});

describe("world keeper", () => {
  test("stores one world after the other, and of those that wait the newest", async ({ expect }) => {
    const saved: number[] = [];
    const failed: number[] = [];
    const ends: (() => void)[] = [];
    const keep = createWorldKeeper(
      {
        save: async ({ version }) => {
          saved.push(version);
          await new Promise<void>((resolve) => void ends.push(resolve));
          if (version === 4) throw new Error("the disk is full");
        },
      },
      ({ version }) => failed.push(version),
    );
    for (const version of [1, 2, 3, 4]) keep(aWorld({ version }));
    expect(saved).toEqual([1]);
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    ends.shift()?.();
    await settle();
    expect(saved).toEqual([1, 4]);
    ends.shift()?.();
    await settle();
    expect(failed).toEqual([4]);
    keep(aWorld({ version: 5 }));
    expect(saved).toEqual([1, 4, 5]);
  });
});

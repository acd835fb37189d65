import { describe, test } from "vitest";
import { WorldSchema } from "../../../../src/contract/world.ts";
import { createWorldFile } from "../../../../src/emulator/component/world-file.ts";
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

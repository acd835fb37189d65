import { describe, test } from "vitest";
import type { World } from "../../../../src/contract/world.ts";
import { AppError } from "../../../../src/errors/app-error.ts";
import { createWanComponent } from "../../../../src/emulator/wan/component.ts";
import { aWorld } from "./a-world.ts";

function aComponent({ stored, refuse = [] }: { stored?: World; refuse?: number[] } = {}) {
  const applied: number[] = [];
  const saved: number[] = [];
  const logged: string[] = [];
  const component = createWanComponent({
    router: {
      async applyWorld({ version }, { partly = false } = {}) {
        if (!refuse.includes(version)) applied.push(version);
        else if (!partly) throw new AppError("CONFLICT", "wan is not attached to the network of nrt yet");
        return { whole: !refuse.includes(version) };
      },
    },
    dns: { applyWorld: async () => undefined },
    file: { load: async () => stored, save: async ({ version }) => void saved.push(version) },
    startId: "start-1",
    pid: 7,
    log: (text) => void logged.push(text),
  });
  return { component, applied, saved, logged };
}

describe("wan component", () => {
  test("has no world at first, and the newest after", async ({ expect }) => {
    const { component, saved } = aComponent();
    expect(component.status()).toEqual({ component: "wan", worldVersion: -1, startId: "start-1", pid: 7 });
    await expect(component.putWorld(aWorld({ version: 4 }))).resolves.toBe(4);
    expect([component.status().worldVersion, saved]).toEqual([4, [4]]);
  });

  test("ignores worlds that are not newer", async ({ expect }) => {
    const { component, applied } = aComponent();
    await component.putWorld(aWorld({ version: 4 }));
    await expect(component.putWorld(aWorld({ version: 4 }))).resolves.toBe(4);
    await expect(component.putWorld(aWorld({ version: 3 }))).resolves.toBe(4);
    expect(applied).toEqual([4]);
  });

  test("takes worlds one after the other", async ({ expect }) => {
    const { component, applied } = aComponent();
    const versions = await Promise.all([1, 3, 2].map((version) => component.putWorld(aWorld({ version }))));
    expect([versions, applied]).toEqual([
      [1, 3, 3],
      [1, 3],
    ]);
  });

  test("goes on with the stored world, and believes control more than that", async ({ expect }) => {
    const { component, applied } = aComponent({ stored: aWorld({ version: 9 }) });
    await component.restore();
    expect(component.status().worldVersion).toBe(9);
    await expect(component.putWorld(aWorld({ version: 2 }))).resolves.toBe(2);
    expect(applied).toEqual([9, 2]);
  });

  test("does not claim a stored world that is in force in part only", async ({ expect }) => {
    const { component, logged } = aComponent({ stored: aWorld({ version: 9 }), refuse: [9] });
    await component.restore();
    expect(component.status().worldVersion).toBe(-1);
    expect(logged).toEqual(["world 9 of the last run is in force in part"]);
  });

  test("passes a failure on, and takes the next world", async ({ expect }) => {
    const { component, saved } = aComponent({ refuse: [1] });
    await expect(component.putWorld(aWorld({ version: 1 }))).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(component.putWorld(aWorld({ version: 2 }))).resolves.toBe(2);
    expect(saved).toEqual([2]);
  });
});

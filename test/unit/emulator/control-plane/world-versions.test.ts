import { expect, test } from "vitest";
import { createWorldVersions } from "../../../../src/emulator/control-plane/world-versions.ts";

function aStore(value?: string) {
  const writes: string[] = [];
  let kept = value;
  return {
    writes,
    getValue: () => kept,
    setValue: (_name: string, next: string) => {
      kept = next;
      writes.push(next);
    },
  };
}

test("each world is newer than all before it, also after a restart, and few of them are written down", () => {
  const store = aStore();
  const first = createWorldVersions(store);
  expect([first.present(), first.next(), first.next(), first.present()]).toEqual([0, 1, 2, 2]);
  expect(store.writes).toHaveLength(1);
  const restarted = createWorldVersions(store);
  expect(restarted.next()).toBeGreaterThan(2);
  let last = restarted.present();
  for (let count = 0; count < 3_000; count += 1) {
    const next = restarted.next();
    expect(next).toBeGreaterThan(last);
    last = next;
  }
  expect(createWorldVersions(store).next()).toBeGreaterThan(last);
  expect(store.writes.length).toBeLessThan(10);
});

test("goes on from the number that an earlier version of Hangar wrote", () => {
  expect(createWorldVersions(aStore("41")).next()).toBe(42);
});

import { describe, test } from "vitest";
import {
  BACKHAUL,
  BACKHAUL_PATH_US,
  HOST_PATH_US,
  createLinkTable,
  NO_LINK,
  SLOTS,
} from "../../../../src/emulator/wan/link-table.ts";
import { aWorld } from "./a-world.ts";

const pair = (from: number, to: number): number => from * SLOTS + to;

/** One-way delay in microseconds of a round trip in milliseconds. */
const oneWay = (rttMs: number): number => Math.round(rttMs * 500) - HOST_PATH_US;

describe("link table", () => {
  test("has half the round-trip time both ways, nothing inside a region, and no link elsewhere", ({ expect }) => {
    const table = createLinkTable();
    table.apply(aWorld());
    expect([table.delayUs(pair(0, 1)), table.delayUs(pair(1, 0))]).toEqual([oneWay(80), oneWay(80)]);
    expect([table.delayUs(pair(1, 2)), table.delayUs(pair(2, 1))]).toEqual([oneWay(235.5), oneWay(235.5)]);
    expect(table.delayUs(pair(2, 2))).toBe(0);
    expect(table.delayUs(pair(3, 3))).toBe(NO_LINK);
    expect(table.delayUs(pair(0, 31))).toBe(NO_LINK);
  });

  test("takes the second edge's own time off what edges send each other, down to nothing", ({ expect }) => {
    const table = createLinkTable();
    const world = aWorld();
    table.apply({ ...world, links: world.links.map((link, index) => (index === 0 ? link : { ...link, rttMs: 1 })) });
    expect(table.delayUs(pair(0, 1) + BACKHAUL)).toBe(oneWay(80) - BACKHAUL_PATH_US);
    expect(table.delayUs(pair(1, 2) + BACKHAUL)).toBe(0);
    expect([table.delayUs(pair(2, 2) + BACKHAUL), table.delayUs(pair(3, 3) + BACKHAUL)]).toEqual([0, NO_LINK]);
  });

  test("is the same from another thread's view of the memory", ({ expect }) => {
    const table = createLinkTable();
    const view = createLinkTable(table.buffer);
    expect(view.delayUs(1)).toBe(NO_LINK);
    table.apply(aWorld());
    expect([view.delayUs(1), view.secondOctet(), view.firstThirdOctet(), view.ulaNetwork(), view.stopped()]).toEqual([
      oneWay(80),
      19,
      32,
      10,
      false,
    ]);
    table.stop();
    expect(view.stopped()).toBe(true);
  });

  test("forgets the links of a region that is no longer active", ({ expect }) => {
    const table = createLinkTable();
    const world = aWorld();
    table.apply(world);
    table.apply({ ...world, regions: world.regions.slice(0, 2) });
    expect([table.delayUs(pair(0, 1)), table.delayUs(pair(0, 2))]).toEqual([oneWay(80), NO_LINK]);
  });
});

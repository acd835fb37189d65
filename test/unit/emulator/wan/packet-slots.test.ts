import { describe, test } from "vitest";
import { createPacketSlots, DEFAULT_SLOT_CLASSES } from "../../../../src/emulator/wan/packet-slots.ts";

const CLASSES = [
  { slotBytes: 8, count: 2 },
  { slotBytes: 32, count: 1 },
];

function land(slots: ReturnType<typeof createPacketSlots>, bytes: readonly number[]): number {
  slots.memory.set(bytes, slots.landingOffset());
  return slots.take(bytes.length);
}

function content(slots: ReturnType<typeof createPacketSlots>, slot: number, length: number): number[] {
  return [...slots.memory.subarray(slots.offsetOf(slot), slots.offsetOf(slot) + length)];
}

describe("packet slots", () => {
  test("keep small packets apart from what lands after them", ({ expect }) => {
    const slots = createPacketSlots(CLASSES);
    const first = land(slots, [1, 2, 3]);
    const second = land(slots, [4, 5]);
    expect(content(slots, first, 3)).toEqual([1, 2, 3]);
    expect(content(slots, second, 2)).toEqual([4, 5]);
  });

  test("leave large packets where they landed", ({ expect }) => {
    const slots = createPacketSlots(CLASSES);
    const landed = slots.landingOffset();
    const large = land(
      slots,
      Array.from({ length: 30 }, (_, n) => n),
    );
    expect(slots.offsetOf(large)).toBe(landed);
    expect(slots.landingOffset()).not.toBe(landed);
  });

  test("put small packets into larger slots when theirs are taken, then refuse, then go on after a free", ({
    expect,
  }) => {
    const slots = createPacketSlots(CLASSES);
    const taken = [land(slots, [1]), land(slots, [2]), land(slots, [3])];
    expect(new Set(taken).size).toBe(3);
    expect(land(slots, [4])).toBe(-1);
    expect(taken.map((slot) => content(slots, slot, 1))).toEqual([[1], [2], [3]]);
    slots.free(taken[0]!);
    const again = land(slots, [5]);
    expect(again).toBe(taken[0]);
    expect(content(slots, again, 1)).toEqual([5]);
  });

  test("take at most 48 MB by default", ({ expect }) => {
    const bytes = DEFAULT_SLOT_CLASSES.reduce((sum, { slotBytes, count }) => sum + slotBytes * count, 0);
    expect(bytes).toBeLessThan(48 * 1_024 * 1_024);
  });
});

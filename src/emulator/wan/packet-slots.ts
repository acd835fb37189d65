// Pure: where delayed packets lie. One pool of memory cut into slots of three sizes, so that small packets do not take
// the room of large ones. Nothing is allocated after the start, and pages that no packet ever touched cost nothing.

/** How many slots of each size the pool has, smallest size first. */
export interface SlotClass {
  readonly slotBytes: number;
  readonly count: number;
}

/**
 * 41 MB in all: 25 MB of full-size segments are 2.5 Gbit/s over a link of 80 ms. The largest slot holds an IP packet of
 * 64 KB with the 10-byte offload header before it, rounded up to a cache line.
 */
export const DEFAULT_SLOT_CLASSES: readonly SlotClass[] = [
  { slotBytes: 2_048, count: 4_096 },
  { slotBytes: 16_384, count: 512 },
  { slotBytes: 65_600, count: 384 },
];

export interface PacketSlots {
  readonly memory: Uint8Array;
  readonly slotCount: number;
  /** Where the next packet is to be read into; room for `landingBytes`. Changes with each `take`. */
  landingOffset(): number;
  readonly landingBytes: number;
  /** Keeps the packet that was read into the landing place: answers its slot, or -1 where no slot is free. */
  take(length: number): number;
  offsetOf(slot: number): number;
  free(slot: number): void;
}

/** Makes the pool; it has one more slot of the largest size than asked for, which packets are read into. */
export function createPacketSlots(classes: readonly SlotClass[] = DEFAULT_SLOT_CLASSES): PacketSlots {
  const largest = classes.length - 1;
  const counts = classes.map(({ count }, index) => count + (index === largest ? 1 : 0));
  const slotCount = counts.reduce((sum, count) => sum + count, 0);
  const offsets = new Float64Array(slotCount);
  const classOf = new Uint8Array(slotCount);
  // Stacks of free slots: the slot freed last is taken next, so that few pages are in use at low rates.
  const stacks = counts.map((count) => new Int32Array(count));
  const depths = new Int32Array(classes.length);
  let bytes = 0;
  let slot = 0;
  for (const [index, { slotBytes }] of classes.entries()) {
    for (let n = 0; n < (counts[index] ?? 0); n++, slot++, bytes += slotBytes) {
      offsets[slot] = bytes;
      classOf[slot] = index;
    }
  }
  for (let s = slotCount - 1; s >= 0; s--) push(s);
  const memory = new Uint8Array(bytes);
  const sizes = Float64Array.from(classes, ({ slotBytes }) => slotBytes);
  let landing = pop(largest);

  function push(freed: number): void {
    const index = classOf[freed]!;
    stacks[index]![depths[index]!] = freed;
    depths[index]! += 1;
  }

  function pop(index: number): number {
    if (depths[index] === 0) return -1;
    depths[index]! -= 1;
    return stacks[index]![depths[index]!]!;
  }

  return {
    memory,
    slotCount,
    landingBytes: classes[largest]?.slotBytes ?? 0,
    landingOffset: () => offsets[landing]!,
    take(length) {
      let index = 0;
      while (index < largest && (sizes[index]! < length || depths[index] === 0)) index++;
      const taken = pop(index);
      if (taken < 0) return -1;
      if (index === largest) {
        // A large packet stays where it is; the next one lands elsewhere.
        const kept = landing;
        landing = taken;
        return kept;
      }
      const from = offsets[landing]!;
      memory.copyWithin(offsets[taken]!, from, from + length);
      return taken;
    },
    offsetOf: (taken) => offsets[taken]!,
    free: push,
  };
}

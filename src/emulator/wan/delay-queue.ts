// Pure: which packet leaves next. A binary heap of slot numbers ordered by due time, then by order of arrival; it knows
// neither clocks nor what is in the slots, and allocates nothing after the start.

export interface DelayQueue {
  size(): number;
  /** Due time of the first packet in microseconds; Infinity when there is none. */
  nextDueUs(): number;
  /** Adds a slot that is not in the queue. */
  push(slot: number, length: number, dueUs: number): void;
  /** Takes the first slot out; there must be one. */
  pop(): number;
  lengthOf(slot: number): number;
}

/** Makes a queue for slots 0 to slotCount - 1. */
export function createDelayQueue(slotCount: number): DelayQueue {
  const heap = new Int32Array(slotCount);
  const dueUs = new Float64Array(slotCount);
  const order = new Float64Array(slotCount);
  const lengths = new Int32Array(slotCount);
  let size = 0;
  let arrivals = 0;

  function precedes(a: number, b: number): boolean {
    const difference = dueUs[a]! - dueUs[b]!;
    return difference < 0 || (difference === 0 && order[a]! < order[b]!);
  }

  return {
    size: () => size,
    nextDueUs: () => (size === 0 ? Infinity : dueUs[heap[0]!]!),
    push(slot, length, due) {
      dueUs[slot] = due;
      order[slot] = arrivals++;
      lengths[slot] = length;
      let hole = size++;
      while (hole > 0) {
        const parent = (hole - 1) >> 1;
        if (!precedes(slot, heap[parent]!)) break;
        heap[hole] = heap[parent]!;
        hole = parent;
      }
      heap[hole] = slot;
    },
    pop() {
      const first = heap[0]!;
      const last = heap[--size]!;
      let hole = 0;
      for (;;) {
        let child = 2 * hole + 1;
        if (child >= size) break;
        if (child + 1 < size && precedes(heap[child + 1]!, heap[child]!)) child++;
        if (!precedes(heap[child]!, last)) break;
        heap[hole] = heap[child]!;
        hole = child;
      }
      if (size > 0) heap[hole] = last;
      return first;
    },
    lengthOf: (slot) => lengths[slot]!,
  };
}

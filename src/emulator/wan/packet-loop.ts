// The packet thread's loop: reads packets from the TUN device, keeps each for its link's delay, writes it back. It never
// yields to JavaScript's event loop and allocates nothing, so that neither timers nor the garbage collector add delay.
import { classify, UNKNOWN_PAIR } from "./classify.ts";
import type { DelayQueue } from "./delay-queue.ts";
import { DELAYS, type LinkTable, NO_LINK } from "./link-table.ts";
import type { PacketSlots } from "./packet-slots.ts";

/** A device that gives and takes IP packets, each with an offload header of HEADER_BYTES before it. */
export interface PacketDevice {
  /** Waits until a packet can be read or the time is over; answers whether one can be read. */
  wait(timeoutUs: number): boolean;
  /** Reads one packet to an offset of the shared memory: its length with the header, or a number ≤ 0 when there is none. */
  read(offset: number, capacity: number): number;
  write(offset: number, length: number): void;
}

/** Size of struct virtio_net_hdr: checksum and segmentation left to do, handed back as it came. */
export const HEADER_BYTES = 10;

/** Bounds a round, so that neither reading nor writing starves the other. */
const READS_PER_TURN = 16;
const WRITES_PER_TURN = 64;
/** Longest sleep without packets: how soon the thread notices that it should end. Four wake-ups a second cost nothing. */
const IDLE_US = 250_000;
/**
 * A processor that slept long wakes up late (measured: 150 µs after 20 ms in a virtual machine, 20 µs after 0.2 ms), so
 * a long sleep ends this much too early and is followed by a short, exact one.
 */
const COARSE_MARGIN_US = 300;
/** Sleeps longer than this let the processor fall into its deepest rest. */
const LONG_SLEEP_US = 1_000;
/** Beyond this, lateness comes from other programs having the processor, not from waking up. */
const MAX_WAKE_UP_US = 200;
/** What even a short sleep is late by: the rest is spent reading in a loop instead of sleeping. */
const SPIN_US = 25;

export interface PacketLoopDeps {
  readonly device: PacketDevice;
  readonly slots: PacketSlots;
  readonly queue: DelayQueue;
  readonly links: LinkTable;
  /** Microseconds from an arbitrary start; never goes back. */
  readonly nowUs: () => number;
}

/** One round of the loop: release what is due, wait for the next event, take in what arrived. */
export type PacketTurn = () => void;

/** Makes the loop's round; `runPacketLoop` repeats it. */
export function createPacketTurn({ device, slots, queue, links, nowUs }: PacketLoopDeps): PacketTurn {
  const { memory, landingBytes } = slots;
  /** How late long sleeps end, as a running mean: a packet that ends one came that much before it is seen. */
  let wakeUpUs = 0;
  /** A link whose delay has just become shorter must not let later packets overtake earlier ones. */
  const lastDueUs = new Float64Array(DELAYS);

  function releaseDue(): void {
    for (let n = 0; n < WRITES_PER_TURN && queue.nextDueUs() <= nowUs(); n++) {
      const slot = queue.pop();
      device.write(slots.offsetOf(slot), queue.lengthOf(slot));
      slots.free(slot);
    }
  }

  function takeIn(length: number, arrivalUs: number): void {
    const pair = classify(memory, slots.landingOffset() + HEADER_BYTES, length - HEADER_BYTES, links);
    if (pair === UNKNOWN_PAIR) return;
    const delayUs = links.delayUs(pair);
    if (delayUs === NO_LINK) return;
    // With no slot left the packet is lost, as on a link whose queue is full; waiting would delay all other links.
    const slot = slots.take(length);
    if (slot < 0) return;
    const dueUs = Math.max(arrivalUs + delayUs, lastDueUs[pair]!);
    lastDueUs[pair] = dueUs;
    queue.push(slot, length, dueUs);
  }

  /** Sleeps until a packet can be read or the time is over; answers when it came, or NaN when there is none. */
  function sleep(leftUs: number): number {
    const sleepUs = Math.min(leftUs > 2 * COARSE_MARGIN_US ? leftUs - COARSE_MARGIN_US : leftUs - SPIN_US, IDLE_US);
    const startUs = nowUs();
    const readable = device.wait(sleepUs);
    const endUs = nowUs();
    const sleptUs = endUs - startUs;
    if (!readable) {
      if (sleepUs >= LONG_SLEEP_US) wakeUpUs += (Math.min(sleptUs - sleepUs, MAX_WAKE_UP_US) - wakeUpUs) / 8;
      return Number.NaN;
    }
    return sleptUs >= LONG_SLEEP_US ? endUs - wakeUpUs : endUs;
  }

  return () => {
    releaseDue();
    const leftUs = queue.size() === 0 ? IDLE_US : queue.nextDueUs() - nowUs();
    let arrivalUs = Number.NaN;
    if (leftUs > SPIN_US) {
      arrivalUs = sleep(leftUs);
      if (Number.isNaN(arrivalUs)) return;
    }
    for (let n = 0; n < READS_PER_TURN; n++) {
      const length = device.read(slots.landingOffset(), landingBytes);
      if (length <= 0) return;
      takeIn(length, n === 0 && !Number.isNaN(arrivalUs) ? arrivalUs : nowUs());
    }
  };
}

/** Moves packets until the link table says stop. */
export function runPacketLoop(deps: PacketLoopDeps): void {
  const turn = createPacketTurn(deps);
  while (!deps.links.stopped()) turn();
}

// Pure: the one-way delays between regions, in memory that the main thread writes and the packet thread reads without
// messages. Single cells change atomically; a change of the world is never seen as "no link" by packets under way.
import type { World } from "../../contract/world.ts";

/** Slots of an address block; the last one is the management network's, which no link leads to. */
export const SLOTS = 32;
/** Pairs of slots (`from * SLOTS + to`). */
const PAIRS = SLOTS * SLOTS;
/** Classes of packets, each with a delay of its own for every pair: first all packets, then those between two edges. */
export const DELAYS = 2 * PAIRS;
/** Added to a pair: the same pair for what edges send each other on the backhaul. */
export const BACKHAUL = PAIRS;
/** Delay of a pair of slots that no packet may pass between. */
export const NO_LINK = -1;

const HEADER_CELLS = 4;
const STOP = 0;
const SECOND_OCTET = 1;
const FIRST_THIRD_OCTET = 2;
const ULA_NETWORK = 3;

export interface LinkTable {
  /** What another thread makes the same table from. */
  readonly buffer: SharedArrayBuffer;
  /** One-way delay of a pair (`from * SLOTS + to`, plus BACKHAUL for what edges send each other) in microseconds, or NO_LINK. */
  delayUs(pair: number): number;
  secondOctet(): number;
  firstThirdOctet(): number;
  ulaNetwork(): number;
  /** Puts the world's block and links in force. */
  apply(world: Pick<World, "block" | "regions" | "links">): void;
  /** Asks the thread that reads the table to end. */
  stop(): void;
  stopped(): boolean;
}

/**
 * What the host itself takes for one way from program to program: two bridges, the TUN, and waking both ends up. Measured
 * at 0.3 to 0.5 ms on an idle virtual machine with two cores (0.15 ms of it between the two interfaces of wan). It is
 * taken off the delay, so that programs see the configured round-trip time and not that plus the emulator's own.
 */
export const HOST_PATH_US = 450;

/**
 * What a request on the backhaul takes beyond that for one way: it passes a second edge, which is woken up for it, reads
 * it and finds the machine, where the platform's own edges answer within microseconds. Measured with `hangar curl` beside
 * requests inside a region: 0.3 to 0.6 ms on quiet days, 0.5 to 0.8 ms on slow ones.
 */
export const BACKHAUL_PATH_US = 500;

/**
 * One-way delays by class and pair of slots, in microseconds: half the round-trip time less the host's own, 0 inside a
 * region, NO_LINK elsewhere.
 */
export function planDelaysUs(world: Pick<World, "regions" | "links">): Int32Array {
  const delays = new Int32Array(DELAYS).fill(NO_LINK);
  const slots = new Map(world.regions.map(({ code, slot }) => [code, slot]));
  const set = (from: number, to: number, oneWayUs: number): void => {
    delays[from * SLOTS + to] = Math.max(0, oneWayUs - HOST_PATH_US);
    delays[from * SLOTS + to + BACKHAUL] = Math.max(0, oneWayUs - HOST_PATH_US - BACKHAUL_PATH_US);
  };
  for (const slot of slots.values()) set(slot, slot, 0);
  for (const { a, b, rttMs } of world.links) {
    const from = slots.get(a);
    const to = slots.get(b);
    if (from === undefined || to === undefined) continue;
    const oneWayUs = Math.round((rttMs * 1_000) / 2);
    set(from, to, oneWayUs);
    set(to, from, oneWayUs);
  }
  return delays;
}

/** A table over the given memory, or over new memory in which nothing is linked. */
export function createLinkTable(buffer?: SharedArrayBuffer): LinkTable {
  const memory = buffer ?? new SharedArrayBuffer((HEADER_CELLS + DELAYS) * Int32Array.BYTES_PER_ELEMENT);
  const header = new Int32Array(memory, 0, HEADER_CELLS);
  const delays = new Int32Array(memory, HEADER_CELLS * Int32Array.BYTES_PER_ELEMENT, DELAYS);
  if (buffer === undefined) delays.fill(NO_LINK);
  return {
    buffer: memory,
    delayUs: (pair) => delays[pair]!,
    secondOctet: () => header[SECOND_OCTET]!,
    firstThirdOctet: () => header[FIRST_THIRD_OCTET]!,
    ulaNetwork: () => header[ULA_NETWORK]!,
    apply(world) {
      header[SECOND_OCTET] = world.block.secondOctet;
      header[FIRST_THIRD_OCTET] = world.block.firstThirdOctet;
      header[ULA_NETWORK] = world.block.ulaNetwork;
      delays.set(planDelaysUs(world));
    },
    stop: () => void Atomics.store(header, STOP, 1),
    stopped: () => Atomics.load(header, STOP) === 1,
  };
}

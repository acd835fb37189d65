// Pure: which pair of regions a packet travels between, from the addresses in its IP header. The address plan puts the
// region's slot into the third octet of IPv4 addresses and into the fourth hextet of IPv6 ones.
import { type LinkTable, SLOTS } from "./link-table.ts";

/** The packet is not between two networks of the planet. */
export const UNKNOWN_PAIR = -1;

const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;

/** The pair (`from * SLOTS + to`) of the IP packet at an offset, or UNKNOWN_PAIR. */
export function classify(
  memory: Uint8Array,
  offset: number,
  length: number,
  block: Pick<LinkTable, "secondOctet" | "firstThirdOctet" | "ulaNetwork">,
): number {
  if (length < IPV4_HEADER_BYTES) return UNKNOWN_PAIR;
  const version = memory[offset]! >> 4;
  let from: number;
  let to: number;
  if (version === 4) {
    from = slotOfIpv4(memory, offset + 12, block.secondOctet(), block.firstThirdOctet());
    to = slotOfIpv4(memory, offset + 16, block.secondOctet(), block.firstThirdOctet());
  } else if (version === 6 && length >= IPV6_HEADER_BYTES) {
    from = slotOfIpv6(memory, offset + 8, block.ulaNetwork());
    to = slotOfIpv6(memory, offset + 24, block.ulaNetwork());
  } else {
    return UNKNOWN_PAIR;
  }
  return from < 0 || to < 0 ? UNKNOWN_PAIR : from * SLOTS + to;
}

function slotOfIpv4(memory: Uint8Array, at: number, secondOctet: number, firstThirdOctet: number): number {
  if (memory[at] !== 198 || memory[at + 1] !== secondOctet) return -1;
  const slot = memory[at + 2]! - firstThirdOctet;
  return slot >= 0 && slot < SLOTS ? slot : -1;
}

function slotOfIpv6(memory: Uint8Array, at: number, ulaNetwork: number): number {
  // fdaa:0:<ulaNetwork>:<slot + 1>::/64
  if (memory[at] !== 0xfd || memory[at + 1] !== 0xaa || memory[at + 2] !== 0 || memory[at + 3] !== 0) return -1;
  if (((memory[at + 4]! << 8) | memory[at + 5]!) !== ulaNetwork) return -1;
  const slot = ((memory[at + 6]! << 8) | memory[at + 7]!) - 1;
  return slot >= 0 && slot < SLOTS ? slot : -1;
}

// Pure: which pair of regions a packet travels between, from the addresses in its IP header. The address plan puts the
// region's slot into the third octet of IPv4 addresses and into the fourth hextet of IPv6 ones.
import { EDGE_BACKHAUL_PORT } from "../../contract/ports.ts";
import { EDGE_HOST } from "../topology/address-plan.ts";
import { BACKHAUL, type LinkTable, SLOTS } from "./link-table.ts";

/** The packet is not between two networks of the planet. */
export const UNKNOWN_PAIR = -1;

const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
/** Number of TCP in the protocol field. */
const TCP = 6;

/** The pair (`from * SLOTS + to`) of the IP packet at an offset, plus BACKHAUL between edges, or UNKNOWN_PAIR. */
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
  if (from < 0 || to < 0) return UNKNOWN_PAIR;
  return from * SLOTS + to + (version === 4 && isBackhaul(memory, offset, length) ? BACKHAUL : 0);
}

/** Whether an IPv4 packet is of the backhaul: TCP between two edges, with its port at one end. */
function isBackhaul(memory: Uint8Array, offset: number, length: number): boolean {
  if (memory[offset + 9] !== TCP || memory[offset + 15] !== EDGE_HOST || memory[offset + 19] !== EDGE_HOST)
    return false;
  const ports = offset + (memory[offset]! & 0x0f) * 4;
  if (ports + 4 > offset + length) return false;
  const source = (memory[ports]! << 8) | memory[ports + 1]!;
  const destination = (memory[ports + 2]! << 8) | memory[ports + 3]!;
  return source === EDGE_BACKHAUL_PORT || destination === EDGE_BACKHAUL_PORT;
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

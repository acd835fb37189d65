// IP packets with just enough header to be classified, behind an empty offload header.
import { HEADER_BYTES } from "../../../../src/emulator/wan/packet-loop.ts";

/** An IPv4 packet between two addresses, with a mark as its payload. */
export function anIpv4Packet(from: string, to: string, mark = 0): Uint8Array {
  const packet = new Uint8Array(HEADER_BYTES + 21);
  packet[HEADER_BYTES] = 0x45;
  packet.set(from.split(".").map(Number), HEADER_BYTES + 12);
  packet.set(to.split(".").map(Number), HEADER_BYTES + 16);
  packet[HEADER_BYTES + 20] = mark;
  return packet;
}

/** An IPv6 packet between two addresses given as eight hextets each. */
export function anIpv6Packet(from: readonly number[], to: readonly number[]): Uint8Array {
  const packet = new Uint8Array(HEADER_BYTES + 40);
  packet[HEADER_BYTES] = 0x60;
  const view = new DataView(packet.buffer, HEADER_BYTES);
  for (const [index, hextet] of from.entries()) view.setUint16(8 + index * 2, hextet);
  for (const [index, hextet] of to.entries()) view.setUint16(24 + index * 2, hextet);
  return packet;
}

import * as fc from "fast-check";
import { describe, test } from "vitest";
import { blockOf } from "../../../../src/emulator/topology/address-plan.ts";
import { classify, UNKNOWN_PAIR } from "../../../../src/emulator/wan/classify.ts";
import { BACKHAUL, DELAYS, SLOTS } from "../../../../src/emulator/wan/link-table.ts";
import { HEADER_BYTES } from "../../../../src/emulator/wan/packet-loop.ts";
import { anIpv4Packet, anIpv6Packet } from "./packets.ts";

const { secondOctet, firstThirdOctet, ulaNetwork } = blockOf(9);
const block = { secondOctet: () => secondOctet, firstThirdOctet: () => firstThirdOctet, ulaNetwork: () => ulaNetwork };

function pairOf(packet: Uint8Array): number {
  return classify(packet, HEADER_BYTES, packet.length - HEADER_BYTES, block);
}

describe("classify", () => {
  test("knows the pair of regions from IPv4 addresses", ({ expect }) => {
    expect(pairOf(anIpv4Packet("198.19.32.2", "198.19.34.240"))).toBe(2);
    expect(pairOf(anIpv4Packet("198.19.62.253", "198.19.33.253"))).toBe(30 * SLOTS + 1);
  });

  test("knows what edges send each other on the backhaul, both ways", ({ expect }) => {
    const tcp = (from: string, to: string, ports: readonly number[], protocol = 6): Uint8Array => {
      const packet = new Uint8Array(HEADER_BYTES + 24);
      packet.set(anIpv4Packet(from, to));
      packet[HEADER_BYTES + 9] = protocol;
      packet.set(ports, HEADER_BYTES + 20);
      return packet;
    };
    const [near, far, machine] = ["198.19.32.253", "198.19.34.253", "198.19.34.2"];
    const there = [0x9c, 0x40, 0x10, 0xba];
    expect(pairOf(tcp(near, far, there))).toBe(2 + BACKHAUL);
    expect(pairOf(tcp(far, near, [0x10, 0xba, 0x9c, 0x40]))).toBe(2 * SLOTS + BACKHAUL);
    expect(pairOf(tcp(near, far, [0x9c, 0x40, 0x10, 0xbb]))).toBe(2);
    expect(pairOf(tcp(near, far, there, 17))).toBe(2);
    expect(pairOf(tcp(near, machine, there))).toBe(2);
    expect(pairOf(tcp(machine, near, there))).toBe(2 * SLOTS);
    expect(pairOf(tcp(near, far, there).subarray(0, HEADER_BYTES + 22))).toBe(2);
  });

  test("knows the pair of regions from IPv6 addresses", ({ expect }) => {
    const host = (slot: number): number[] => [0xfdaa, 0, ulaNetwork, slot + 1, 0xa7b, 0, 1, 2];
    expect(pairOf(anIpv6Packet(host(0), host(2)))).toBe(2);
    expect(pairOf(anIpv6Packet(host(30), host(1)))).toBe(30 * SLOTS + 1);
  });

  test.for([
    ["another planet's network", anIpv4Packet("198.19.32.2", "198.19.64.2")],
    ["another block of addresses", anIpv4Packet("198.18.32.2", "198.19.33.2")],
    ["an address of the internet", anIpv4Packet("198.19.32.2", "9.9.9.9")],
    ["another planet's IPv6 network", anIpv6Packet([0xfdaa, 0, 10, 1, 0, 0, 0, 2], [0xfdaa, 0, 11, 1, 0, 0, 0, 2])],
    ["a multicast group", anIpv6Packet([0xfe80, 0, 0, 0, 0, 0, 0, 1], [0xff02, 0, 0, 0, 0, 0, 0, 2])],
    ["a packet that is cut off", anIpv4Packet("198.19.32.2", "198.19.33.2").subarray(0, HEADER_BYTES + 19)],
    ["an empty packet", new Uint8Array(HEADER_BYTES)],
  ] as const)("does not know %s", ([, packet], { expect }) => {
    expect(pairOf(packet)).toBe(UNKNOWN_PAIR);
  });

  test("gives a valid pair or none for any bytes", ({ expect }) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const pair = classify(bytes, 0, bytes.length, block);
        expect(pair === UNKNOWN_PAIR || (pair >= 0 && pair < DELAYS)).toBe(true);
      }),
    );
  });
});

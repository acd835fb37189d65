import * as fc from "fast-check";
import { describe, test } from "vitest";
import { createDelayQueue } from "../../../../src/emulator/wan/delay-queue.ts";
import { HOST_PATH_US, createLinkTable } from "../../../../src/emulator/wan/link-table.ts";
import { createPacketTurn, type PacketDevice } from "../../../../src/emulator/wan/packet-loop.ts";
import { createPacketSlots } from "../../../../src/emulator/wan/packet-slots.ts";
import { aWorld } from "./a-world.ts";
import { anIpv4Packet } from "./packets.ts";

const IAD = "198.19.32.2";
const AMS = "198.19.33.2";
const NRT = "198.19.34.2";

interface Sent {
  readonly atUs: number;
  readonly mark: number;
}

/** A device in whose world time passes only by sleeping; reading and asking the time cost a microsecond each. */
function aLoop({ lateUs = 0, classes = [{ slotBytes: 64, count: 100 }] } = {}) {
  let clockUs = 0;
  const arriving: { readonly atUs: number; readonly packet: Uint8Array }[] = [];
  const sent: Sent[] = [];
  const slots = createPacketSlots(classes);
  const links = createLinkTable();
  links.apply(aWorld());
  const hasArrived = (): boolean => (arriving[0]?.atUs ?? Infinity) <= clockUs;
  const device: PacketDevice = {
    wait(timeoutUs) {
      const endUs = clockUs + timeoutUs;
      clockUs = Math.max(clockUs, Math.min(endUs, arriving[0]?.atUs ?? Infinity)) + lateUs;
      return hasArrived();
    },
    read(offset) {
      clockUs += 1;
      if (!hasArrived()) return -1;
      const { packet } = arriving.shift()!;
      slots.memory.set(packet, offset);
      return packet.length;
    },
    write: (offset, length) => void sent.push({ atUs: clockUs, mark: slots.memory[offset + length - 1]! }),
  };
  const turn = createPacketTurn({
    device,
    slots,
    queue: createDelayQueue(slots.slotCount),
    links,
    nowUs: () => (clockUs += 1),
  });
  return {
    links,
    sent,
    arrive: (atUs: number, packet: Uint8Array) => void arriving.push({ atUs, packet }),
    runUntil(endUs: number) {
      while (clockUs < endUs) turn();
    },
  };
}

describe("packet loop", () => {
  test("delivers each packet after its link's one-way delay", ({ expect }) => {
    const loop = aLoop();
    loop.arrive(1_000, anIpv4Packet(IAD, NRT, 1));
    loop.arrive(2_000, anIpv4Packet(IAD, AMS, 2));
    loop.arrive(3_000, anIpv4Packet(AMS, AMS, 3));
    loop.runUntil(200_000);
    expect(loop.sent.map(({ mark }) => mark)).toEqual([3, 2, 1]);
    for (const [index, dueUs] of [3_000, 42_000 - HOST_PATH_US, 76_000 - HOST_PATH_US].entries()) {
      expect(loop.sent[index]!.atUs).toBeGreaterThanOrEqual(dueUs);
      expect(loop.sent[index]!.atUs).toBeLessThan(dueUs + 60);
    }
  });

  test("makes up for sleeps that end late", ({ expect }) => {
    const loop = aLoop({ lateUs: 150 });
    // The mean of its lateness is learnt from sleeps without packets first.
    loop.arrive(10_000_000, anIpv4Packet(IAD, AMS, 1));
    loop.runUntil(11_000_000);
    expect(Math.abs(loop.sent[0]!.atUs - 10_040_000 + HOST_PATH_US)).toBeLessThan(200);
  });

  test("keeps the order of a link, also when its delay becomes shorter on the way", ({ expect }) => {
    const loop = aLoop();
    loop.arrive(0, anIpv4Packet(IAD, NRT, 1));
    loop.runUntil(10_000);
    loop.links.apply(aWorld({ links: [{ a: "iad", b: "nrt", rttMs: 2 }] }));
    loop.arrive(20_000, anIpv4Packet(IAD, NRT, 2));
    loop.runUntil(200_000);
    expect(loop.sent.map(({ mark }) => mark)).toEqual([1, 2]);
  });

  test("keeps the order of each link for any arrivals", ({ expect }) => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ gapUs: fc.integer({ min: 0, max: 30_000 }), to: fc.constantFrom(AMS, NRT) }), {
          maxLength: 60,
        }),
        (packets) => {
          const loop = aLoop();
          let atUs = 0;
          for (const [mark, { gapUs, to }] of packets.entries())
            loop.arrive((atUs += gapUs), anIpv4Packet(IAD, to, mark));
          loop.runUntil(atUs + 400_000);
          expect(loop.sent).toHaveLength(packets.length);
          for (const to of [AMS, NRT]) {
            const marks = loop.sent.map(({ mark }) => mark).filter((mark) => packets[mark]!.to === to);
            expect(marks).toEqual(marks.toSorted((a, b) => a - b));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test("drops what no link carries, and what finds no room", ({ expect }) => {
    const loop = aLoop({ classes: [{ slotBytes: 64, count: 1 }] });
    loop.arrive(0, anIpv4Packet(IAD, "198.19.63.3", 1));
    loop.arrive(0, anIpv4Packet(IAD, "9.9.9.9", 2));
    loop.arrive(1, anIpv4Packet(IAD, AMS, 3));
    loop.arrive(2, anIpv4Packet(IAD, AMS, 4));
    loop.arrive(100_000, anIpv4Packet(IAD, AMS, 5));
    loop.runUntil(300_000);
    expect(loop.sent.map(({ mark }) => mark)).toEqual([3, 5]);
  });
});

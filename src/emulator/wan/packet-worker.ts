// Entry of the packet thread: opens the TUN device, says so, and carries packets until told to stop. Its environment is
// what packet-thread.ts hands over.
import { parentPort, workerData } from "node:worker_threads";
import { createDelayQueue } from "./delay-queue.ts";
import { createLinkTable } from "./link-table.ts";
import { runPacketLoop } from "./packet-loop.ts";
import { createPacketSlots } from "./packet-slots.ts";
import type { PacketThreadData } from "./packet-thread.ts";
import { openTun } from "./tun.ts";

const { tunName, links } = workerData as PacketThreadData;
const slots = createPacketSlots();
const device = openTun(tunName, slots.memory);
parentPort?.postMessage("open");
runPacketLoop({
  device,
  slots,
  queue: createDelayQueue(slots.slotCount),
  links: createLinkTable(links),
  nowUs: () => performance.now() * 1_000,
});

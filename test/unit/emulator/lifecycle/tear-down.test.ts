import { expect, test } from "vitest";
import { tearDown } from "../../../../src/emulator/lifecycle/tear-down.ts";
import { planetLabels } from "../../../../src/emulator/runtime/labels.ts";
import { createMemoryRuntime } from "../../../../src/emulator/runtime/memory/memory-runtime.ts";
import { systemClock } from "../../../../src/platform/clock.ts";

const PLANET = "gone";
const NETWORK = "hangar-gone-iad";

test("what control has made while it was told to stop goes, too, and then the network that it was on", async () => {
  const memory = createMemoryRuntime({
    clock: systemClock,
    images: { program: { kind: "runs", onSignal: () => 0 } },
  });
  const place = { subnet4: "198.18.8.0/24", bridge4: "198.18.8.1", routed: false };
  await memory.createNetwork({ name: NETWORK, labels: planetLabels(PLANET), ...place });
  const start = async (name: string, component: "control" | "machine"): Promise<void> => {
    const networks = [{ network: NETWORK }];
    const spec = { name, image: "program", labels: planetLabels(PLANET, component), env: {}, networks };
    await memory.startContainer(await memory.createContainer(spec));
  };
  await start("control", "control");
  await start("early", "machine");
  const runtime = {
    ...memory,
    stopContainer: async (...given: Parameters<typeof memory.stopContainer>) => {
      await memory.stopContainer(...given);
      await start("late", "machine");
    },
  };
  expect(await tearDown(PLANET, runtime)).toEqual({ containers: 3, networks: 1, volumes: 0 });
  expect(await memory.listContainers(planetLabels(PLANET))).toEqual([]);
  expect(await memory.listNetworks(planetLabels(PLANET))).toEqual([]);
});

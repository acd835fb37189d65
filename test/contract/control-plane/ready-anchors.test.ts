// That a planet makes networks ready for replacements by itself, with an engine in memory.
import { expect, test } from "vitest";
import { planetLabels } from "../../../src/emulator/runtime/labels.ts";
import { startMemoryPlanet } from "../../support/memory-planet.ts";

test("a planet that nothing happens in makes ready what a replacement of a machine needs, and uses it", async () => {
  await using planet = await startMemoryPlanet({ images: { web: { kind: "runs" } }, readiesAnchors: true });
  const { client, runtime } = planet;
  await client.createApp("shop");
  const { id, instance_id } = await client.createMachine("shop", { config: { image: "web" } });
  await client.waitMachine("shop", id, "started");
  const anchors = () => runtime.listContainers(planetLabels("memory", "anchor"));
  await expect.poll(anchors, { timeout: 20_000 }).toMatchObject([{ state: "running", networks: [] }]);
  const before = await client.machine("shop", id);
  expect(before).toMatchObject({ state: "started", instance_id });
  expect(before.events?.map(({ type }) => type)).toEqual(["start", "launch"]);
  const [ready] = await anchors();
  const updated = await client.updateMachine("shop", id, { config: { image: "web", env: { V: "2" } } });
  await client.waitMachine("shop", id, "started", { instanceId: updated.instance_id });
  expect(await anchors()).toMatchObject([{ id: ready?.id, networks: ["hangar-memory-iad"] }]);
});

// The contract of container runtimes: the engine itself, images, volumes, networks.
import { describe, expect } from "vitest";
import type { Attachment } from "../../src/emulator/runtime/container-runtime.ts";
import { planetLabels } from "../../src/emulator/runtime/labels.ts";
import { codeOf, NETWORK, OTHER_NETWORK, type RuntimeSuite } from "./container-runtime.suite.ts";

/** The engine, its images and its volumes. */
export function describeEngine(suite: RuntimeSuite): void {
  const { holds, fresh, labels, create, keepVolume } = suite;
  describe("engine", () => {
    holds("says what it is", async () => {
      const info = await suite.runtime.info();
      expect(info).toMatchObject({
        version: expect.stringMatching(/^\d+\./),
        apiVersion: expect.stringMatching(/^1\.\d+$/),
        rootless: expect.any(Boolean),
      });
      expect(info.cpus).toBeGreaterThan(0);
      expect(info.memoryBytes).toBeGreaterThan(0);
    });
    holds("knows its images, and says when one cannot be had", async () => {
      expect(await suite.runtime.imageId(suite.harness.programs.obedient.image)).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(await suite.runtime.imageId("hangar.invalid/none:1")).toBeUndefined();
      expect(await suite.runtime.inspectImage("hangar.invalid/none:1")).toBeUndefined();
      const image = await suite.runtime.inspectImage(suite.harness.programs.obedient.image);
      expect(image?.id).toBe(await suite.runtime.imageId(suite.harness.programs.obedient.image));
      expect(image?.command.length).toBeGreaterThan(0);
      expect(await codeOf(suite.runtime.pullImage("hangar.invalid/none:1"))).toBe("IMAGE_NOT_FOUND");
    });
    holds("keeps volumes by label until they are removed", async () => {
      const volume = fresh("vol");
      keepVolume(volume);
      await suite.runtime.createVolume(volume, labels());
      await suite.runtime.createVolume(volume, labels());
      expect(await suite.runtime.listVolumes(labels())).toEqual([volume]);
      expect(await suite.runtime.listVolumes({ ...labels(), "dev.hangar.region": "nowhere" })).toEqual([]);
      const id = await create("obedient", { mounts: [{ volume, target: "/data" }] });
      expect(await codeOf(suite.runtime.removeVolume(volume))).toBe("CONFLICT");
      await suite.runtime.removeContainer(id);
      await suite.runtime.removeVolume(volume);
      await suite.runtime.removeVolume(volume);
      expect(await suite.runtime.listVolumes(labels())).toEqual([]);
    });
  });
}

/** Networks and what is attached to them. */
export function describeNetworks(suite: RuntimeSuite): void {
  const { holds, fresh, labels, network, create, inspect, start } = suite;
  describe("networks", () => {
    holds("are listed by label with their subnets", async () => {
      const own = await network();
      const found = await suite.runtime.listNetworks(planetLabels(suite.harness.planet, "network"));
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({ name: own, labels: planetLabels(suite.harness.planet, "network") });
      expect(new Set(found[0]?.subnets)).toEqual(new Set([NETWORK.subnet4, NETWORK.subnet6]));
      expect((await suite.runtime.listNetworks()).map((each) => each.name)).toContain(own);
    });
    holds("refuse a name or a subnet in use", async () => {
      const own = await network();
      expect(await codeOf(suite.runtime.createNetwork({ ...OTHER_NETWORK, name: own, labels: labels() }))).toBe(
        "CONFLICT",
      );
      expect(
        await codeOf(
          suite.runtime.createNetwork({
            ...OTHER_NETWORK,
            subnet4: "198.51.100.128/25",
            bridge4: "198.51.100.129",
            name: fresh("net"),
            labels: labels(),
          }),
        ),
      ).toBe("ADDRESS_CLASH");
    });
    holds("can be removed twice, but not while they are used", async () => {
      const own = await network();
      const id = await start("obedient", { networks: [{ network: own, address4: "198.51.100.5" }] });
      expect(await codeOf(suite.runtime.removeNetwork(own))).toBe("CONFLICT");
      await suite.runtime.removeContainer(id);
      await suite.runtime.removeNetwork(own);
      await suite.runtime.removeNetwork(own);
    });
    holds("take containers with static addresses, each address once", async () => {
      const [first, second] = [await network(), await network(OTHER_NETWORK)];
      const at = (host: number): Attachment[] => [
        { network: first, address4: `198.51.100.${host}`, address6: `fdaa:ffff:100::${host}` },
        { network: second, address4: `203.0.113.${host}` },
      ];
      const one = await start("obedient", { networks: at(5) });
      expect((await inspect(one)).networks.toSorted()).toEqual([first, second].toSorted());
      const two = await create("obedient", { networks: at(5) });
      expect(await codeOf(suite.runtime.startContainer(two))).toBe("CONFLICT");
      await suite.runtime.stopContainer(one);
      await suite.runtime.startContainer(two);
      expect((await inspect(two)).state).toBe("running");
    });
    holds("a container that was started without one can be given one, and keeps it over its starts", async () => {
      const own = await network();
      const attachment = { network: own, address4: "198.51.100.5" };
      const first = await start("obedient", { networks: [attachment] });
      const second = await start("obedient", { networks: [] });
      expect((await inspect(second)).networks).toEqual([]);
      const listed = await suite.runtime.listContainers(planetLabels(suite.harness.planet));
      expect(listed.find(({ id }) => id === second)?.networks).toEqual([]);
      expect(await codeOf(suite.runtime.connect(second, attachment))).toBe("CONFLICT");
      await suite.runtime.stopContainer(first);
      await suite.runtime.connect(second, attachment);
      expect((await inspect(second)).networks).toEqual([own]);
      await suite.runtime.stopContainer(second);
      await suite.runtime.startContainer(second);
      expect(await inspect(second)).toMatchObject({ state: "running", networks: [own] });
      expect(await codeOf(suite.runtime.startContainer(first))).toBe("CONFLICT");
    });
    holds("can be connected and disconnected again and again", async () => {
      const [first, second] = [await network(), await network(OTHER_NETWORK)];
      const id = await start("obedient", { networks: [{ network: first, address4: "198.51.100.5" }] });
      const attachment = { network: second, address4: "203.0.113.5" };
      await suite.runtime.connect(id, attachment);
      await suite.runtime.connect(id, attachment);
      expect((await inspect(id)).networks.toSorted()).toEqual([first, second].toSorted());
      await suite.runtime.disconnect(id, second);
      await suite.runtime.disconnect(id, second);
      expect((await inspect(id)).networks).toEqual([first]);
      await suite.runtime.disconnect(fresh("none"), second);
      expect(await codeOf(suite.runtime.connect(id, { network: fresh("none") }))).toBe("DOCKER_FAILED");
    });
  });
}

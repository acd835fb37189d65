// The contract of container runtimes: what containers may use, what they share, and copies of volumes.
import { describe, expect } from "vitest";
import type { ContainerEvent } from "../../src/emulator/runtime/container-runtime.ts";
import { waitUntil } from "../../src/platform/clock.ts";
import { codeOf, DEADLINE_MS, type RuntimeSuite } from "./container-runtime.suite.ts";

const MB = 1024 ** 2;

/** Limits, use, and the end of what takes too much. */
export function describeBounds(suite: RuntimeSuite): void {
  const { holds, fresh, labels, network, create, inspect, start, waitForState, keepVolume } = suite;
  describe("bounds", () => {
    holds("limits are in force from the start, and can be changed while it runs", async () => {
      const id = await start("obedient", { limits: { memoryMb: 64, cpu: { periodUs: 80_000, quotaUs: 40_000 } } });
      expect(await suite.runtime.usage(id)).toMatchObject({ memoryLimitBytes: 64 * MB });
      await suite.runtime.updateLimits(id, { memoryMb: 96 });
      const usage = await suite.runtime.usage(id);
      expect(usage).toMatchObject({ memoryLimitBytes: 96 * MB });
      expect(usage?.pids).toBeGreaterThan(0);
      await suite.runtime.updateLimits(id, { cpu: { periodUs: 80_000, quotaUs: 80_000 } });
      expect(await suite.runtime.usage(id)).toMatchObject({ memoryLimitBytes: 96 * MB });
      await suite.runtime.stopContainer(id);
      expect(await suite.runtime.usage(id)).toBeUndefined();
    });
    holds("processes are listed while it runs", async () => {
      const id = await start("obedient");
      const { pid } = await inspect(id);
      const processes = await suite.runtime.processes(id);
      expect(processes.map((each) => each.pid)).toContain(pid);
      expect(processes.every(({ command, user }) => command !== "" && user !== "")).toBe(true);
      await suite.runtime.stopContainer(id);
      expect(await codeOf(suite.runtime.processes(id))).toBe("CONFLICT");
    });
    holds("what a container writes beside its volumes is counted", async () => {
      const volume = fresh("vol");
      keepVolume(volume);
      await suite.runtime.createVolume(volume, labels());
      const id = await create("obedient", { mounts: [{ volume, target: "/data" }] });
      const written = async (): Promise<number> => (await suite.runtime.writtenBytes(labels())).get(id) ?? -1;
      const before = await written();
      await suite.runtime.putFiles(id, [
        { path: "/data/file", content: new Uint8Array(3 * MB).fill(7), mode: 0o600 },
        { path: "/opt/file", content: new Uint8Array(MB).fill(7), mode: 0o600 },
      ]);
      const grown = (await written()) - before;
      expect(grown).toBeGreaterThanOrEqual(MB);
      expect(grown).toBeLessThan(2 * MB);
      expect((await suite.runtime.writtenBytes({ ...labels(), "dev.hangar.region": "nowhere" })).size).toBe(0);
    });
    holds("what takes too much memory is ended, and its end says so", async () => {
      const abort = new AbortController();
      const events = await suite.runtime.events(labels(), abort.signal);
      const id = await create("leaker", { limits: { memoryMb: 16 } });
      await suite.runtime.startContainer(id);
      await waitForState(id, "exited");
      await waitUntil(async () => ((await inspect(id)).oomKilled ? true : undefined), {
        what: "the mark of the end",
        deadlineMs: DEADLINE_MS,
        intervalMs: 20,
      });
      expect(await inspect(id)).toMatchObject({ exitCode: 137, oomKilled: true });
      const seen: ContainerEvent[] = [];
      const actions = (): string[] => seen.map(({ action }) => action);
      for await (const event of events) {
        seen.push(event);
        if (actions().includes("oom") && actions().includes("die")) break;
      }
      expect(seen.find(({ action }) => action === "die")?.exitCode).toBe(137);
      abort.abort();
    });
    holds("a network can be shared with a container that runs", async () => {
      const own = await network();
      const first = await create("obedient", { networks: [{ network: own, address4: "198.51.100.5" }] });
      const second = await create("obedient", { networkOf: first });
      expect(await codeOf(suite.runtime.startContainer(second))).toBe("CONFLICT");
      await suite.runtime.startContainer(first);
      await suite.runtime.startContainer(second);
      expect(await inspect(second)).toMatchObject({ state: "running", networks: [] });
    });
  });
}

/** Copies and sizes of volumes. */
export function describeVolumes(suite: RuntimeSuite): void {
  const { holds, fresh, labels, create, keepVolume } = suite;
  const makeVolume = async (): Promise<string> => {
    const volume = fresh("vol");
    keepVolume(volume);
    await suite.runtime.createVolume(volume, labels());
    return volume;
  };
  describe("volumes", () => {
    holds("are copied with all that is in them, and measured", async () => {
      const [from, to] = [await makeVolume(), await makeVolume()];
      const worker = { image: suite.harness.workerImage, labels: labels() };
      const usage = () => suite.runtime.volumeUsage([from, to], worker);
      const empty = await usage();
      const source = await create("obedient", { mounts: [{ volume: from, target: "/data" }] });
      await suite.runtime.putFiles(source, [
        { path: "/data/folder/large", content: new Uint8Array(3 * MB).fill(7), mode: 0o600 },
        { path: "/data/.hidden", content: "kept", mode: 0o644 },
      ]);
      const full = await usage();
      expect((full.get(from) ?? 0) - (empty.get(from) ?? 0)).toBeGreaterThanOrEqual(3 * MB);
      expect(full.get(to)).toBe(empty.get(to));
      expect(await suite.runtime.copyVolume(from, to, worker)).toBeGreaterThanOrEqual(3 * MB);
      const copy = await create("obedient", { mounts: [{ volume: to, target: "/copy" }] });
      expect(await suite.runtime.getFile(copy, "/copy/folder/large")).toHaveLength(3 * MB);
      expect(Buffer.from((await suite.runtime.getFile(copy, "/copy/.hidden")) ?? []).toString()).toBe("kept");
      await suite.runtime.putFiles(copy, [
        { path: "/copy/folder/.old", content: "old", mode: 0o644 },
        { path: "/copy/.old", content: "old", mode: 0o644 },
      ]);
      await suite.runtime.copyVolume(from, to, worker);
      expect(await suite.runtime.getFile(copy, "/copy/.old")).toBeUndefined();
      expect(await suite.runtime.getFile(copy, "/copy/folder/.old")).toBeUndefined();
      expect(await suite.runtime.getFile(copy, "/copy/folder/large")).toHaveLength(3 * MB);
      const containers = await suite.runtime.listContainers(labels());
      expect(containers.map(({ id }) => id).toSorted()).toEqual([source, copy].toSorted());
    });
    holds("are copied once for all that ask at the same time", async () => {
      const [from, to] = [await makeVolume(), await makeVolume()];
      const worker = { image: suite.harness.workerImage, labels: labels() };
      const [first, ...others] = await Promise.all(
        Array.from({ length: 3 }, () => suite.runtime.copyVolume(from, to, worker)),
      );
      expect(others).toEqual([first, first]);
      expect(first).toBe((await suite.runtime.volumeUsage([to], worker)).get(to));
      expect(await suite.runtime.listContainers(labels())).toEqual([]);
    });
    holds("that are not there are neither copied nor measured nor made", async () => {
      const [here, gone] = [await makeVolume(), fresh("vol")];
      const worker = { image: suite.harness.workerImage, labels: labels() };
      expect(await codeOf(suite.runtime.copyVolume(here, gone, worker))).toBe("DOCKER_FAILED");
      expect(await codeOf(suite.runtime.copyVolume(gone, here, worker))).toBe("DOCKER_FAILED");
      expect(await codeOf(suite.runtime.volumeUsage([here, gone], worker))).toBe("DOCKER_FAILED");
      expect(await suite.runtime.listVolumes(labels())).toEqual([here]);
    });
  });
}

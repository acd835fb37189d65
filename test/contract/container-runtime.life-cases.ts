// The contract of container runtimes: the life of containers.
import { describe, expect } from "vitest";
import { waitUntil } from "../../src/platform/clock.ts";
import { codeOf, DEADLINE_MS, type RuntimeSuite } from "./container-runtime.suite.ts";

/** Creation, start, stop, signals, restarts, ports. */
export function describeLife(suite: RuntimeSuite): void {
  const { holds, labels, network, create, inspect, start, waitForState } = suite;
  describe("life of containers", () => {
    holds("are created, listed and inspected", async () => {
      const id = await create("obedient", { labels: { ...labels(), "dev.hangar.app": "one" } });
      const created = await inspect(id);
      expect(created).toMatchObject({
        id,
        state: "created",
        image: suite.harness.programs.obedient.image,
        pid: 0,
        exitCode: 0,
        error: "",
        oomKilled: false,
      });
      expect(created.labels).toMatchObject({ ...labels(), "dev.hangar.app": "one" });
      expect(await suite.runtime.inspectContainer(created.name)).toMatchObject({ id });
      await create("obedient", { labels: { ...labels(), "dev.hangar.app": "two" } });
      expect((await suite.runtime.listContainers(labels())).length).toBe(2);
      expect(
        (await suite.runtime.listContainers({ ...labels(), "dev.hangar.app": "one" })).map((found) => [
          found.id,
          found.name,
          found.state,
        ]),
      ).toEqual([[id, created.name, "created"]]);
      expect(await suite.runtime.listContainers({ ...labels(), "dev.hangar.app": "none" })).toEqual([]);
    });
    holds("need an image and a free name", async () => {
      const { name: taken } = await inspect(await create("obedient"));
      expect(await codeOf(create("obedient", { name: taken }))).toBe("CONFLICT");
      expect(await codeOf(create("obedient", { image: "hangar.invalid/none:1" }))).toBe("IMAGE_NOT_FOUND");
    });
    holds("start once, run, and stop by their own signal", async () => {
      const id = await start("obedient");
      await suite.runtime.startContainer(id);
      const running = await inspect(id);
      expect(running).toMatchObject({ state: "running", exitCode: 0 });
      expect(running.pid).toBeGreaterThan(0);
      expect(Date.parse(running.startedAt)).toBeGreaterThan(0);
      await suite.runtime.stopContainer(id);
      expect(await inspect(id)).toMatchObject({ state: "exited", exitCode: 3, pid: 0 });
      await suite.runtime.stopContainer(id);
    });
    holds("stop by the stop signal they were made with", async () => {
      const id = await start("obedient", { stopSignal: "SIGINT" });
      await suite.runtime.stopContainer(id);
      expect(await inspect(id)).toMatchObject({ state: "exited", exitCode: 4 });
    });
    holds("stop by another signal when told so, and can be started again", async () => {
      const id = await start("obedient");
      await suite.runtime.stopContainer(id, { signal: "SIGINT", timeoutSeconds: 10 });
      expect(await inspect(id)).toMatchObject({ state: "exited", exitCode: 4 });
      await suite.runtime.stopContainer(id, { signal: "SIGINT", timeoutSeconds: 10 });
      await suite.runtime.startContainer(id);
      expect(await inspect(id)).toMatchObject({ state: "running", exitCode: 0 });
    });
    for (const signal of ["SIGTERM", "SIGINT"]) {
      holds(`are killed when they do not end by ${signal} in time`, async () => {
        const id = await start("stubborn");
        await suite.runtime.stopContainer(id, { signal, timeoutSeconds: 1 });
        expect(await inspect(id)).toMatchObject({ state: "exited", exitCode: 137, oomKilled: false });
      });
    }
    holds("take signals while they run", async () => {
      const id = await start("obedient");
      await suite.runtime.signalContainer(id, "SIGUSR1");
      expect((await inspect(id)).state).toBe("running");
      await suite.runtime.signalContainer(id, "SIGINT");
      expect(await waitForState(id, "exited")).toMatchObject({ exitCode: 4 });
      expect(await codeOf(suite.runtime.signalContainer(id, "SIGUSR1"))).toBe("CONFLICT");
    });
    holds("can be paused, unpaused, and stopped while paused", async () => {
      const id = await start("obedient");
      const { pid } = await inspect(id);
      await suite.runtime.pauseContainer(id);
      await suite.runtime.pauseContainer(id);
      expect(await inspect(id)).toMatchObject({ state: "paused", pid });
      await suite.runtime.unpauseContainer(id);
      await suite.runtime.unpauseContainer(id);
      expect(await inspect(id)).toMatchObject({ state: "running", pid });
      await suite.runtime.pauseContainer(id);
      await suite.runtime.stopContainer(id, { signal: "SIGINT", timeoutSeconds: 10 });
      expect(await inspect(id)).toMatchObject({ state: "exited", exitCode: 4 });
      expect(await codeOf(suite.runtime.pauseContainer(id))).toBe("CONFLICT");
    });
    holds("keep the exit code of a program that ends by itself", async () => {
      const id = await create("brief");
      await suite.runtime.startContainer(id);
      const ended = await waitForState(id, "exited");
      expect(ended).toMatchObject({ exitCode: 7, pid: 0 });
      expect(Date.parse(ended.finishedAt)).toBeGreaterThanOrEqual(Date.parse(ended.startedAt));
    });
    holds("say why their program cannot be started, and are still there", async () => {
      const id = await create("unstartable");
      expect(await codeOf(suite.runtime.startContainer(id))).toBe("MACHINE_START_FAILED");
      const failed = await inspect(id);
      expect(failed.state).not.toBe("running");
      expect(failed.error).not.toBe("");
      expect(failed.exitCode).not.toBe(0);
    });
    holds("can be removed in any state and twice", async () => {
      const running = await start("obedient");
      await suite.runtime.removeContainer(running);
      await suite.runtime.removeContainer(running);
      expect(await suite.runtime.inspectContainer(running)).toBeUndefined();
      await suite.runtime.stopContainer(running);
      expect(await codeOf(suite.runtime.startContainer(running))).toBe("DOCKER_FAILED");
      const paused = await start("obedient");
      await suite.runtime.pauseContainer(paused);
      await suite.runtime.removeContainer(paused);
      expect(await suite.runtime.listContainers(labels())).toEqual([]);
    });
    holds("are gone for each of two that remove them at once", async () => {
      const id = await start("obedient");
      const removed = async (): Promise<unknown> => {
        await suite.runtime.removeContainer(id);
        return suite.runtime.inspectContainer(id);
      };
      expect(await Promise.all([removed(), removed(), removed()])).toEqual([undefined, undefined, undefined]);
    });
    holds("come back by themselves when they were made so, until they are stopped", async () => {
      const id = await create("brief", { restartAlways: true });
      await suite.runtime.startContainer(id);
      const first = (await inspect(id)).startedAt;
      await waitUntil(async () => ((await inspect(id)).startedAt > first ? true : undefined), {
        what: "a second start",
        deadlineMs: DEADLINE_MS,
        intervalMs: 20,
      });
      await suite.runtime.stopContainer(id);
      const { startedAt, state } = await inspect(id);
      expect(state).toBe("exited");
      expect((await inspect(id)).startedAt).toBe(startedAt);
    });
    holds("publish a port once", async () => {
      const publish = [{ hostPort: suite.harness.hostPort, containerPort: 80 }];
      const own = await network();
      const one = await start("obedient", { publish, networks: [{ network: own, address4: "198.51.100.5" }] });
      const two = await create("obedient", { publish, networks: [{ network: own, address4: "198.51.100.6" }] });
      expect(await codeOf(suite.runtime.startContainer(two))).toBe("PORT_TAKEN");
      expect((await inspect(two)).state).toBe("created");
      await suite.runtime.removeContainer(one);
      await suite.runtime.startContainer(two);
      expect((await inspect(two)).state).toBe("running");
    });
  });
}

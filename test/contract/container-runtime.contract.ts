// What every ContainerRuntime has to do. Run on memory in the contract project and on Docker in integration.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { AppError } from "../../src/errors/app-error.ts";
import type { ErrorCode } from "../../src/errors/catalogue.ts";
import type { Attachment, ContainerDetail, ContainerEvent, ContainerRuntime, ContainerSpec, LogLine, NetworkSpec } from "../../src/emulator/runtime/container-runtime.ts";
import { planetLabels } from "../../src/emulator/runtime/labels.ts";
import { waitUntil } from "../../src/platform/clock.ts";

/** What the programs of the suite do. */
export type SuiteProgram =
  /** Prints "ready", exits 3 on SIGTERM and 4 on SIGINT, goes on after SIGUSR1. */
  | "obedient"
  /** Prints "ready", goes on after everything but SIGKILL. */
  | "stubborn"
  /** Prints "one", "two" and "three" and exits 7. */
  | "brief"
  /** Cannot be started. */
  | "unstartable";

export interface RuntimeHarness {
  readonly runtime: ContainerRuntime;
  readonly planet: string;
  readonly programs: Readonly<Record<SuiteProgram, Pick<ContainerSpec, "image" | "command">>>;
  readonly hostPort: number;
  readonly dispose: () => Promise<void>;
}

/** Programs of the suite answer these commands; everything else is up to the implementation. */
export const EXEC_COMMANDS = {
  speaks: ["sh", "-c", "echo out; echo err >&2; exit 3"],
  hangs: ["sleep", "60"],
} as const;

const DEADLINE_MS = 20_000;

// documentation ranges, so that no planet and no LAN is in the way
const NETWORK: Omit<NetworkSpec, "name" | "labels"> = {
  subnet4: "198.51.100.0/24",
  bridge4: "198.51.100.1",
  gateway4: "198.51.100.254",
  subnet6: "fdaa:ffff:100::/64",
  bridge6: "fdaa:ffff:100::1",
  gateway6: "fdaa:ffff:100::fe",
  routed: true,
};
const OTHER_NETWORK: Omit<NetworkSpec, "name" | "labels"> = { subnet4: "203.0.113.0/24", bridge4: "203.0.113.1", routed: false };

async function codeOf(work: Promise<unknown>): Promise<ErrorCode | "no error"> {
  try {
    await work;
    return "no error";
  } catch (thrown) {
    return (thrown as AppError).code;
  }
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

/** Runs the suite. `deviations`: titles of cases that do not hold for the implementation, and why; they are skipped. */
export function describeContainerRuntime(name: string, make: () => Promise<RuntimeHarness>, deviations: Readonly<Record<string, string>> = {}): void {
  describe(`container runtime on ${name}`, () => {
    let harness: RuntimeHarness;
    let runtime: ContainerRuntime;
    let made = 0;
    const networks: string[] = [];
    const volumes: string[] = [];

    beforeAll(async () => {
      harness = await make();
      ({ runtime } = harness);
    });
    afterEach(async () => {
      for (const { id } of await runtime.listContainers(planetLabels(harness.planet))) await runtime.removeContainer(id);
      for (const network of networks.splice(0)) await runtime.removeNetwork(network);
      for (const volume of volumes.splice(0)) await runtime.removeVolume(volume);
    });
    afterAll(() => harness?.dispose());

    const holds = (title: string, run: () => Promise<void>): void => {
      const reason = deviations[title];
      if (reason === undefined) test(title, run);
      else test.skip(`${title} (${reason})`, run);
    };
    const fresh = (kind: string): string => `${harness.planet}-${kind}-${(made += 1)}`;
    const labels = (): Record<string, string> => planetLabels(harness.planet, "machine");
    const network = async (base = NETWORK): Promise<string> => {
      const own = fresh("net");
      await runtime.createNetwork({ ...base, name: own, labels: planetLabels(harness.planet, "network") });
      networks.push(own);
      return own;
    };
    const create = (program: SuiteProgram, more: Partial<ContainerSpec> = {}): Promise<string> =>
      runtime.createContainer({ name: fresh("c"), labels: labels(), networks: [], ...harness.programs[program], ...more });
    const inspect = async (id: string): Promise<ContainerDetail> => {
      const detail = await runtime.inspectContainer(id);
      if (detail === undefined) throw new TypeError(`${id} is gone`);
      return detail;
    };
    /** Created, started, and so far that its signals are handled. */
    const start = async (program: "obedient" | "stubborn", more: Partial<ContainerSpec> = {}): Promise<string> => {
      const id = await create(program, more);
      await runtime.startContainer(id);
      const abort = new AbortController();
      for await (const { text } of runtime.logs(id, { follow: true, signal: abort.signal })) if (text === "ready") abort.abort();
      return id;
    };
    const waitForState = (id: string, state: ContainerDetail["state"]): Promise<ContainerDetail> =>
      waitUntil(async () => ((await inspect(id)).state === state ? inspect(id) : undefined), { what: `${id} to be ${state}`, deadlineMs: DEADLINE_MS, intervalMs: 20 });

    describe("engine", () => {
      holds("says what it is", async () => {
        const info = await runtime.info();
        expect(info).toMatchObject({ version: expect.stringMatching(/^\d+\./), apiVersion: expect.stringMatching(/^1\.\d+$/), rootless: expect.any(Boolean) });
        expect(info.cpus).toBeGreaterThan(0);
        expect(info.memoryBytes).toBeGreaterThan(0);
      });
      holds("knows its images, and says when one cannot be had", async () => {
        expect(await runtime.imageId(harness.programs.obedient.image)).toMatch(/^sha256:[0-9a-f]{64}$/);
        expect(await runtime.imageId("hangar.invalid/none:1")).toBeUndefined();
        expect(await codeOf(runtime.pullImage("hangar.invalid/none:1"))).toBe("IMAGE_NOT_FOUND");
      });
      holds("keeps volumes by label until they are removed", async () => {
        const volume = fresh("vol");
        volumes.push(volume);
        await runtime.createVolume(volume, labels());
        await runtime.createVolume(volume, labels());
        expect(await runtime.listVolumes(labels())).toEqual([volume]);
        expect(await runtime.listVolumes({ ...labels(), "dev.hangar.region": "nowhere" })).toEqual([]);
        const id = await create("obedient", { mounts: [{ volume, target: "/data" }] });
        expect(await codeOf(runtime.removeVolume(volume))).toBe("CONFLICT");
        await runtime.removeContainer(id);
        await runtime.removeVolume(volume);
        await runtime.removeVolume(volume);
        expect(await runtime.listVolumes(labels())).toEqual([]);
      });
    });

    describe("networks", () => {
      holds("are listed by label with their subnets", async () => {
        const own = await network();
        const found = await runtime.listNetworks(planetLabels(harness.planet, "network"));
        expect(found).toHaveLength(1);
        expect(found[0]).toMatchObject({ name: own, labels: planetLabels(harness.planet, "network") });
        expect(found[0]?.subnets.toSorted()).toEqual([NETWORK.subnet4, NETWORK.subnet6].toSorted());
        expect((await runtime.listNetworks()).map((each) => each.name)).toContain(own);
      });
      holds("refuse a name or a subnet in use", async () => {
        const own = await network();
        expect(await codeOf(runtime.createNetwork({ ...OTHER_NETWORK, name: own, labels: labels() }))).toBe("CONFLICT");
        expect(await codeOf(runtime.createNetwork({ ...OTHER_NETWORK, subnet4: "198.51.100.128/25", bridge4: "198.51.100.129", name: fresh("net"), labels: labels() }))).toBe("ADDRESS_CLASH");
      });
      holds("can be removed twice, but not while they are used", async () => {
        const own = await network();
        const id = await start("obedient", { networks: [{ network: own, address4: "198.51.100.5" }] });
        expect(await codeOf(runtime.removeNetwork(own))).toBe("CONFLICT");
        await runtime.removeContainer(id);
        await runtime.removeNetwork(own);
        await runtime.removeNetwork(own);
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
        expect(await codeOf(runtime.startContainer(two))).toBe("CONFLICT");
        await runtime.stopContainer(one);
        await runtime.startContainer(two);
        expect((await inspect(two)).state).toBe("running");
      });
      holds("can be connected and disconnected again and again", async () => {
        const [first, second] = [await network(), await network(OTHER_NETWORK)];
        const id = await start("obedient", { networks: [{ network: first, address4: "198.51.100.5" }] });
        const attachment = { network: second, address4: "203.0.113.5" };
        await runtime.connect(id, attachment);
        await runtime.connect(id, attachment);
        expect((await inspect(id)).networks.toSorted()).toEqual([first, second].toSorted());
        await runtime.disconnect(id, second);
        await runtime.disconnect(id, second);
        expect((await inspect(id)).networks).toEqual([first]);
        await runtime.disconnect(fresh("none"), second);
        expect(await codeOf(runtime.connect(id, { network: fresh("none") }))).toBe("DOCKER_FAILED");
      });
    });

    describe("life of containers", () => {
      holds("are created, listed and inspected", async () => {
        const id = await create("obedient", { labels: { ...labels(), "dev.hangar.app": "one" } });
        const created = await inspect(id);
        expect(created).toMatchObject({ id, state: "created", image: harness.programs.obedient.image, pid: 0, exitCode: 0, error: "", oomKilled: false });
        expect(created.labels).toMatchObject({ ...labels(), "dev.hangar.app": "one" });
        expect(await runtime.inspectContainer(created.name)).toMatchObject({ id });
        await create("obedient", { labels: { ...labels(), "dev.hangar.app": "two" } });
        expect((await runtime.listContainers(labels())).length).toBe(2);
        expect((await runtime.listContainers({ ...labels(), "dev.hangar.app": "one" })).map((found) => [found.id, found.name, found.state])).toEqual([[id, created.name, "created"]]);
        expect(await runtime.listContainers({ ...labels(), "dev.hangar.app": "none" })).toEqual([]);
      });
      holds("need an image and a free name", async () => {
        const { name: taken } = await inspect(await create("obedient"));
        expect(await codeOf(create("obedient", { name: taken }))).toBe("CONFLICT");
        expect(await codeOf(create("obedient", { image: "hangar.invalid/none:1" }))).toBe("IMAGE_NOT_FOUND");
      });
      holds("start once, run, and stop by their own signal", async () => {
        const id = await start("obedient");
        await runtime.startContainer(id);
        const running = await inspect(id);
        expect(running).toMatchObject({ state: "running", exitCode: 0 });
        expect(running.pid).toBeGreaterThan(0);
        expect(Date.parse(running.startedAt)).toBeGreaterThan(0);
        await runtime.stopContainer(id);
        expect(await inspect(id)).toMatchObject({ state: "exited", exitCode: 3, pid: 0 });
        await runtime.stopContainer(id);
      });
      holds("stop by the stop signal they were made with", async () => {
        const id = await start("obedient", { stopSignal: "SIGINT" });
        await runtime.stopContainer(id);
        expect(await inspect(id)).toMatchObject({ state: "exited", exitCode: 4 });
      });
      holds("stop by another signal when told so, and can be started again", async () => {
        const id = await start("obedient");
        await runtime.stopContainer(id, { signal: "SIGINT", timeoutSeconds: 10 });
        expect(await inspect(id)).toMatchObject({ state: "exited", exitCode: 4 });
        await runtime.stopContainer(id, { signal: "SIGINT", timeoutSeconds: 10 });
        await runtime.startContainer(id);
        expect(await inspect(id)).toMatchObject({ state: "running", exitCode: 0 });
      });
      for (const signal of ["SIGTERM", "SIGINT"]) {
        holds(`are killed when they do not end by ${signal} in time`, async () => {
          const id = await start("stubborn");
          await runtime.stopContainer(id, { signal, timeoutSeconds: 1 });
          expect(await inspect(id)).toMatchObject({ state: "exited", exitCode: 137, oomKilled: false });
        });
      }
      holds("take signals while they run", async () => {
        const id = await start("obedient");
        await runtime.signalContainer(id, "SIGUSR1");
        expect((await inspect(id)).state).toBe("running");
        await runtime.signalContainer(id, "SIGINT");
        expect(await waitForState(id, "exited")).toMatchObject({ exitCode: 4 });
        expect(await codeOf(runtime.signalContainer(id, "SIGUSR1"))).toBe("CONFLICT");
      });
      holds("can be paused, unpaused, and stopped while paused", async () => {
        const id = await start("obedient");
        const { pid } = await inspect(id);
        await runtime.pauseContainer(id);
        await runtime.pauseContainer(id);
        expect(await inspect(id)).toMatchObject({ state: "paused", pid });
        await runtime.unpauseContainer(id);
        await runtime.unpauseContainer(id);
        expect(await inspect(id)).toMatchObject({ state: "running", pid });
        await runtime.pauseContainer(id);
        await runtime.stopContainer(id, { signal: "SIGINT", timeoutSeconds: 10 });
        expect(await inspect(id)).toMatchObject({ state: "exited", exitCode: 4 });
        expect(await codeOf(runtime.pauseContainer(id))).toBe("CONFLICT");
      });
      holds("keep the exit code of a program that ends by itself", async () => {
        const id = await create("brief");
        await runtime.startContainer(id);
        const ended = await waitForState(id, "exited");
        expect(ended).toMatchObject({ exitCode: 7, pid: 0 });
        expect(Date.parse(ended.finishedAt)).toBeGreaterThanOrEqual(Date.parse(ended.startedAt));
      });
      holds("say why their program cannot be started, and are still there", async () => {
        const id = await create("unstartable");
        expect(await codeOf(runtime.startContainer(id))).toBe("MACHINE_START_FAILED");
        const failed = await inspect(id);
        expect(failed.state).not.toBe("running");
        expect(failed.error).not.toBe("");
        expect(failed.exitCode).not.toBe(0);
      });
      holds("can be removed in any state and twice", async () => {
        const running = await start("obedient");
        await runtime.removeContainer(running);
        await runtime.removeContainer(running);
        expect(await runtime.inspectContainer(running)).toBeUndefined();
        await runtime.stopContainer(running);
        expect(await codeOf(runtime.startContainer(running))).toBe("DOCKER_FAILED");
        const paused = await start("obedient");
        await runtime.pauseContainer(paused);
        await runtime.removeContainer(paused);
        expect(await runtime.listContainers(labels())).toEqual([]);
      });
      holds("come back by themselves when they were made so, until they are stopped", async () => {
        const id = await create("brief", { restartAlways: true });
        await runtime.startContainer(id);
        const first = (await inspect(id)).startedAt;
        await waitUntil(async () => ((await inspect(id)).startedAt > first ? true : undefined), { what: "a second start", deadlineMs: DEADLINE_MS, intervalMs: 20 });
        await runtime.stopContainer(id);
        const { startedAt, state } = await inspect(id);
        expect(state).toBe("exited");
        expect((await inspect(id)).startedAt).toBe(startedAt);
      });
      holds("publish a port once", async () => {
        const publish = [{ hostPort: harness.hostPort, containerPort: 80 }];
        const own = await network();
        const one = await start("obedient", { publish, networks: [{ network: own, address4: "198.51.100.5" }] });
        const two = await create("obedient", { publish, networks: [{ network: own, address4: "198.51.100.6" }] });
        expect(await codeOf(runtime.startContainer(two))).toBe("PORT_TAKEN");
        expect((await inspect(two)).state).toBe("created");
        await runtime.removeContainer(one);
        await runtime.startContainer(two);
        expect((await inspect(two)).state).toBe("running");
      });
    });

    describe("inside of containers", () => {
      holds("files are written and read, in volumes too, before the start", async () => {
        const volume = fresh("vol");
        volumes.push(volume);
        await runtime.createVolume(volume, labels());
        const id = await create("obedient", { mounts: [{ volume, target: "/data" }] });
        const long = `/deep${"/folder".repeat(20)}/file`;
        await runtime.putFiles(id, [
          { path: "/etc/app/text", content: "grüße\n", mode: 0o600 },
          { path: long, content: new Uint8Array([0, 1, 255]), mode: 0o644 },
          { path: "/data/state", content: "kept", mode: 0o644 },
        ]);
        const read = async (container: string, path: string): Promise<Buffer | undefined> => {
          const content = await runtime.getFile(container, path);
          return content === undefined ? undefined : Buffer.from(content);
        };
        expect((await read(id, "/etc/app/text"))?.toString()).toBe("grüße\n");
        expect(await read(id, long)).toEqual(Buffer.from([0, 1, 255]));
        expect(await read(id, "/etc/app/none")).toBeUndefined();
        expect(await read(fresh("none"), "/etc/app/text")).toBeUndefined();
        await runtime.removeContainer(id);
        const next = await create("obedient", { mounts: [{ volume, target: "/data" }] });
        expect((await read(next, "/data/state"))?.toString()).toBe("kept");
        expect(await codeOf(runtime.putFiles(fresh("none"), [{ path: "/x", content: "", mode: 0o644 }]))).toBe("DOCKER_FAILED");
      });
      holds("commands are run with their output and exit code", async () => {
        const id = await start("obedient");
        expect(await runtime.exec(id, EXEC_COMMANDS.speaks)).toEqual({ exitCode: 3, stdout: "out\n", stderr: "err\n" });
        expect(await codeOf(runtime.exec(id, EXEC_COMMANDS.hangs, { timeoutMs: 200 }))).toBe("DEADLINE");
        await runtime.stopContainer(id);
        expect(await codeOf(runtime.exec(id, EXEC_COMMANDS.speaks))).toBe("CONFLICT");
        expect(await codeOf(runtime.exec(fresh("none"), EXEC_COMMANDS.speaks))).toBe("DOCKER_FAILED");
      });
    });

    describe("logs", () => {
      const ended = async (): Promise<string> => {
        const id = await create("brief");
        await runtime.startContainer(id);
        await waitForState(id, "exited");
        return id;
      };
      const texts = (lines: readonly LogLine[]): string[] => lines.map(({ text }) => text);

      holds("are read whole, by tail and from a time on", async () => {
        const id = await ended();
        const all = await collect(runtime.logs(id, { follow: false }));
        expect(texts(all)).toEqual(["one", "two", "three"]);
        expect(all.every(({ stream, timestamp }) => stream === "stdout" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(timestamp))).toBe(true);
        expect(texts(await collect(runtime.logs(id, { follow: false, tail: 2 })))).toEqual(["two", "three"]);
        expect(await collect(runtime.logs(id, { follow: false, tail: 0 }))).toEqual([]);
        expect(texts(await collect(runtime.logs(id, { follow: false, since: all[1]?.timestamp ?? "" })))).toEqual(["two", "three"]);
      });
      holds("are followed until the program ends", async () => {
        const id = await start("obedient");
        const following = collect(runtime.logs(id, { follow: true }));
        await runtime.stopContainer(id);
        expect(texts(await following)).toEqual(["ready"]);
        expect(texts(await collect(runtime.logs(id, { follow: true })))).toEqual(["ready"]);
      });
      holds("end on abort, before and while they are followed", async () => {
        const id = await start("obedient");
        expect(await collect(runtime.logs(id, { follow: true, signal: AbortSignal.abort() }))).toEqual([]);
        const abort = new AbortController();
        const lines: string[] = [];
        for await (const { text } of runtime.logs(id, { follow: true, signal: abort.signal })) {
          lines.push(text);
          queueMicrotask(() => abort.abort());
        }
        expect(lines).toEqual(["ready"]);
      });
      holds("of what is not there cannot be read", async () => {
        expect(await codeOf(collect(runtime.logs(fresh("none"), { follow: false })))).toBe("DOCKER_FAILED");
      });
    });

    describe("events", () => {
      const until = async (events: AsyncIterable<ContainerEvent>, action: ContainerEvent["action"]): Promise<ContainerEvent[]> => {
        const seen: ContainerEvent[] = [];
        for await (const event of events) {
          seen.push(event);
          if (event.action === action) break;
        }
        return seen;
      };
      const actions = (events: readonly ContainerEvent[]): string[] => events.map(({ action }) => action);

      holds("tell the life of a container, from the subscription on", async () => {
        const abort = new AbortController();
        const events = await runtime.events(labels(), abort.signal);
        const id = await create("obedient", { labels: { ...labels(), "dev.hangar.app": "one" } });
        await runtime.startContainer(id);
        await runtime.pauseContainer(id);
        await runtime.unpauseContainer(id);
        await runtime.signalContainer(id, "SIGKILL");
        await waitForState(id, "exited");
        await runtime.removeContainer(id);
        const seen = await until(events, "destroy");
        expect(actions(seen)).toEqual(["start", "pause", "unpause", "die", "destroy"]);
        expect(seen.find(({ action }) => action === "die")?.exitCode).toBe(137);
        expect(seen.every((event) => event.containerId === id && event.labels["dev.hangar.app"] === "one" && event.timeMs > 0)).toBe(true);
        abort.abort();
      });
      holds("are only those of things with all the labels", async () => {
        const abort = new AbortController();
        const events = await runtime.events({ ...labels(), "dev.hangar.app": "two" }, abort.signal);
        for (const app of ["one", "two"]) {
          const id = await create("obedient", { labels: { ...labels(), "dev.hangar.app": app } });
          await runtime.removeContainer(id);
        }
        const seen = await until(events, "destroy");
        expect(seen.map((event) => [event.action, event.labels["dev.hangar.app"]])).toEqual([["destroy", "two"]]);
        abort.abort();
      });
      holds("end on abort", async () => {
        const abort = new AbortController();
        const listening = collect(await runtime.events(labels(), abort.signal));
        abort.abort();
        expect(await listening).toEqual([]);
      });
    });
  });
}

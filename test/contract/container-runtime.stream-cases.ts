// The contract of container runtimes: files, commands, logs and events.
import { describe, expect } from "vitest";
import type { ContainerEvent, LogLine } from "../../src/emulator/runtime/container-runtime.ts";
import { codeOf, collect, EXEC_COMMANDS, type RuntimeSuite } from "./container-runtime.suite.ts";

/** Files and commands. */
export function describeInside(suite: RuntimeSuite): void {
  const { holds, fresh, labels, create, start, keepVolume } = suite;
  describe("inside of containers", () => {
    holds("files are written and read, in volumes too, before the start", async () => {
      const volume = fresh("vol");
      keepVolume(volume);
      await suite.runtime.createVolume(volume, labels());
      const id = await create("obedient", { mounts: [{ volume, target: "/data" }] });
      const long = `/deep${"/folder".repeat(20)}/file`;
      await suite.runtime.putFiles(id, [
        { path: "/etc/app/text", content: "grüße\n", mode: 0o600 },
        { path: long, content: new Uint8Array([0, 1, 255]), mode: 0o644 },
        { path: "/data/state", content: "kept", mode: 0o644 },
      ]);
      const read = async (container: string, path: string): Promise<Buffer | undefined> => {
        const content = await suite.runtime.getFile(container, path);
        return content === undefined ? undefined : Buffer.from(content);
      };
      expect((await read(id, "/etc/app/text"))?.toString()).toBe("grüße\n");
      expect(await read(id, long)).toEqual(Buffer.from([0, 1, 255]));
      expect(await read(id, "/etc/app/none")).toBeUndefined();
      expect(await read(fresh("none"), "/etc/app/text")).toBeUndefined();
      await suite.runtime.removeContainer(id);
      const next = await create("obedient", { mounts: [{ volume, target: "/data" }] });
      expect((await read(next, "/data/state"))?.toString()).toBe("kept");
      expect(await codeOf(suite.runtime.putFiles(fresh("none"), [{ path: "/x", content: "", mode: 0o644 }]))).toBe(
        "DOCKER_FAILED",
      );
    });
    holds("are found below a folder, and read piece by piece", async () => {
      const id = await create("obedient");
      const large = Buffer.alloc(3_000_000, "large ");
      await suite.runtime.putFiles(id, [
        { path: "/srv/www/css/a.css", content: "a {}", mode: 0o644 },
        { path: "/srv/www/large", content: large, mode: 0o644 },
      ]);
      const find = (names: readonly string[]) => suite.runtime.findFile(id, "/srv/www", names);
      for (const [names, content] of [
        [["css", "a.css"], Buffer.from("a {}")],
        [["large"], large],
      ] as const) {
        const found = await find(names);
        expect(found?.bytes).toBe(content.length);
        expect(found?.modifiedMs).toBeGreaterThanOrEqual(0);
        const pieces: Uint8Array[] = [];
        for await (const piece of found?.content() ?? []) pieces.push(piece);
        expect(Buffer.concat(pieces).equals(content)).toBe(true);
      }
      for (const names of [["css"], ["none"], ["css", "a.css", "more"]]) expect(await find(names)).toBeUndefined();
    });
    holds("commands are run with their output and exit code", async () => {
      const id = await start("obedient");
      expect(await suite.runtime.exec(id, EXEC_COMMANDS.speaks)).toEqual({
        exitCode: 3,
        stdout: "out\n",
        stderr: "err\n",
      });
      expect(await codeOf(suite.runtime.exec(id, EXEC_COMMANDS.hangs, { timeoutMs: 200 }))).toBe("DEADLINE");
      await suite.runtime.stopContainer(id);
      expect(await codeOf(suite.runtime.exec(id, EXEC_COMMANDS.speaks))).toBe("CONFLICT");
      expect(await codeOf(suite.runtime.exec(fresh("none"), EXEC_COMMANDS.speaks))).toBe("DOCKER_FAILED");
    });
  });
}

/** What programs and commands are given. */
export function describeInput(suite: RuntimeSuite): void {
  const { holds, create, start, waitForState } = suite;
  describe("input", () => {
    holds("commands read what they are given, as whom and where they are told", async () => {
      const id = await start("obedient");
      const options = { stdin: "first\nsecond\n", env: { WORD: "word" }, user: "65534", workingDir: "/tmp" };
      expect(await suite.runtime.exec(id, EXEC_COMMANDS.repeats, options)).toEqual({
        exitCode: 0,
        stdout: "first\nsecond\nword 65534 /tmp\n",
        stderr: "",
      });
      expect(await suite.runtime.exec(id, EXEC_COMMANDS.repeats)).toMatchObject({ stdout: " 0 /\n" });
    });
    holds("programs read what they are started with, and again at each start", async () => {
      const id = await create("reader", { stdin: true });
      for (const input of ["one\n", "two\n"]) {
        await suite.runtime.startContainer(id, { stdin: input });
        expect(await waitForState(id, "exited")).toMatchObject({ exitCode: 7 });
      }
      const lines = await collect(suite.runtime.logs(id, { follow: false }));
      expect(lines.map(({ text }) => text)).toEqual(["one", "two"]);
    });
  });
}

/** Logs, whole and followed. */
export function describeLogs(suite: RuntimeSuite): void {
  const { holds, fresh, create, start, waitForState } = suite;
  describe("logs", () => {
    const ended = async (): Promise<string> => {
      const id = await create("brief");
      await suite.runtime.startContainer(id);
      await waitForState(id, "exited");
      return id;
    };
    const texts = (lines: readonly LogLine[]): string[] => lines.map(({ text }) => text);

    holds("are read whole, by tail and from a time on", async () => {
      const id = await ended();
      const all = await collect(suite.runtime.logs(id, { follow: false }));
      expect(texts(all)).toEqual(["one", "two", "three"]);
      expect(
        all.every(
          ({ stream, timestamp }) =>
            stream === "stdout" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(timestamp),
        ),
      ).toBe(true);
      expect(texts(await collect(suite.runtime.logs(id, { follow: false, tail: 2 })))).toEqual(["two", "three"]);
      expect(await collect(suite.runtime.logs(id, { follow: false, tail: 0 }))).toEqual([]);
      expect(texts(await collect(suite.runtime.logs(id, { follow: false, since: all[1]?.timestamp ?? "" })))).toEqual([
        "two",
        "three",
      ]);
    });
    holds("are followed until the program ends", async () => {
      const id = await start("obedient");
      const following = collect(suite.runtime.logs(id, { follow: true }));
      await suite.runtime.stopContainer(id);
      expect(texts(await following)).toEqual(["ready"]);
      expect(texts(await collect(suite.runtime.logs(id, { follow: true })))).toEqual(["ready"]);
    });
    holds("end on abort, before and while they are followed", async () => {
      const id = await start("obedient");
      expect(await collect(suite.runtime.logs(id, { follow: true, signal: AbortSignal.abort() }))).toEqual([]);
      const abort = new AbortController();
      const lines: string[] = [];
      for await (const { text } of suite.runtime.logs(id, { follow: true, signal: abort.signal })) {
        lines.push(text);
        queueMicrotask(() => abort.abort());
      }
      expect(lines).toEqual(["ready"]);
    });
    holds("of what is not there cannot be read", async () => {
      expect(await codeOf(collect(suite.runtime.logs(fresh("none"), { follow: false })))).toBe("DOCKER_FAILED");
    });
  });
}

/** Events from the subscription on. */
export function describeEvents(suite: RuntimeSuite): void {
  const { holds, labels, create, waitForState } = suite;
  describe("events", () => {
    const until = async (
      events: AsyncIterable<ContainerEvent>,
      action: ContainerEvent["action"],
    ): Promise<ContainerEvent[]> => {
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
      const events = await suite.runtime.events(labels(), abort.signal);
      const id = await create("obedient", { labels: { ...labels(), "dev.hangar.app": "one" } });
      await suite.runtime.startContainer(id);
      await suite.runtime.pauseContainer(id);
      await suite.runtime.unpauseContainer(id);
      await suite.runtime.signalContainer(id, "SIGKILL");
      await waitForState(id, "exited");
      await suite.runtime.removeContainer(id);
      const seen = await until(events, "destroy");
      expect(actions(seen)).toEqual(["start", "pause", "unpause", "die", "destroy"]);
      expect(seen.find(({ action }) => action === "die")?.exitCode).toBe(137);
      expect(
        seen.every((event) => event.containerId === id && event.labels["dev.hangar.app"] === "one" && event.timeMs > 0),
      ).toBe(true);
      abort.abort();
    });
    holds("are only those of things with all the labels", async () => {
      const abort = new AbortController();
      const events = await suite.runtime.events({ ...labels(), "dev.hangar.app": "two" }, abort.signal);
      for (const app of ["one", "two"]) {
        const id = await create("obedient", { labels: { ...labels(), "dev.hangar.app": app } });
        await suite.runtime.removeContainer(id);
      }
      const seen = await until(events, "destroy");
      expect(seen.map((event) => [event.action, event.labels["dev.hangar.app"]])).toEqual([["destroy", "two"]]);
      abort.abort();
    });
    holds("end on abort", async () => {
      const abort = new AbortController();
      const listening = collect(await suite.runtime.events(labels(), abort.signal));
      abort.abort();
      expect(await listening).toEqual([]);
    });
  });
}

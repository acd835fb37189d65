// The contract of container runtimes: commands that are talked to while they run, and archives of files.
import { describe, expect } from "vitest";
import type { RunningCommand } from "../../src/emulator/runtime/container-runtime.ts";
import { readTar, renderTarHeader, TAR_END, tarPadding } from "../../src/platform/tar.ts";
import { codeOf, EXEC_COMMANDS, type RuntimeSuite } from "./container-runtime.suite.ts";

interface Heard {
  /** Reads until it has been printed. */
  until(text: string): Promise<void>;
  rest(): Promise<void>;
  readonly text: { stdout: string; stderr: string };
}

function listenTo(command: RunningCommand): Heard {
  const pieces = command.output()[Symbol.asyncIterator]();
  const text = { stdout: "", stderr: "" };
  const next = async (): Promise<boolean> => {
    const step = await pieces.next();
    if (step.done === true) return false;
    text[step.value.stream] += Buffer.from(step.value.bytes).toString();
    return true;
  };
  return {
    until: async (wanted) => {
      while (!`${text.stdout}${text.stderr}`.includes(wanted))
        if (!(await next())) throw new TypeError(`ended before "${wanted}": ${JSON.stringify(text)}`);
    },
    rest: async () => {
      while (await next());
    },
    text,
  };
}

/** Commands with open streams. */
export function describeCommands(suite: RuntimeSuite): void {
  const { holds, fresh, start } = suite;
  describe("commands that are talked to", () => {
    holds("answer while they run, on both streams, and end with their code", async () => {
      const command = await suite.runtime.openCommand(await start("obedient"), EXEC_COMMANDS.talks);
      const heard = listenTo(command);
      await command.write(Buffer.from("hello\n"));
      await heard.until("heard hello\n");
      await command.write(Buffer.from("7\n"));
      await heard.rest();
      expect(heard.text).toEqual({ stdout: "heard hello\n", stderr: "then 7\n" });
      expect(await command.exitCode()).toBe(7);
    });
    holds("see the end of their input", async () => {
      const id = await start("obedient");
      const command = await suite.runtime.openCommand(id, EXEC_COMMANDS.repeats, {
        env: { WORD: "word" },
        user: "65534",
        workingDir: "/tmp",
      });
      const heard = listenTo(command);
      const large = "x".repeat(200_000);
      await command.write(Buffer.from(large));
      command.endInput();
      await heard.rest();
      expect(heard.text).toEqual({ stdout: `${large}word 65534 /tmp\n`, stderr: "" });
      expect(await command.exitCode()).toBe(0);
    });
    holds("have a terminal whose size changes", async () => {
      const terminal = { columns: 101, rows: 33 };
      const command = await suite.runtime.openCommand(await start("obedient"), EXEC_COMMANDS.sized, { terminal });
      const heard = listenTo(command);
      // The program may have printed its first line before old engines could set the size.
      await command.write(Buffer.from("\n"));
      await heard.until("33 101\r\n");
      await command.resize({ columns: 90, rows: 20 });
      await command.write(Buffer.from("\n"));
      await heard.until("20 90\r\n");
      command.release();
    });
    holds("need a container that runs", async () => {
      const id = await start("obedient");
      await suite.runtime.stopContainer(id);
      expect(await codeOf(suite.runtime.openCommand(id, EXEC_COMMANDS.talks))).toBe("CONFLICT");
      expect(await codeOf(suite.runtime.openCommand(fresh("none"), EXEC_COMMANDS.talks))).toBe("DOCKER_FAILED");
    });
  });
}

async function* archiveOf(files: Readonly<Record<string, string>>): AsyncGenerator<Uint8Array> {
  for (const [path, content] of Object.entries(files)) {
    const body = Buffer.from(content);
    yield renderTarHeader({ path, kind: "file", size: body.length, mode: 0o644, target: "" });
    yield body;
    yield tarPadding(body.length);
  }
  yield TAR_END;
}

async function filesOf(archive: AsyncIterable<Uint8Array> | undefined): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const member of readTar(archive ?? (async function* () {})())) {
    const parts: Buffer[] = [];
    for await (const part of member.content()) parts.push(part);
    if (member.kind === "file") files[member.path] = Buffer.concat(parts).toString();
  }
  return files;
}

/** Archives. */
export function describeArchives(suite: RuntimeSuite): void {
  const { holds, fresh, start } = suite;
  describe("archives", () => {
    holds("are unpacked in a folder and read from it", async () => {
      const id = await start("obedient");
      const large = "y".repeat(300_000);
      await suite.runtime.writeArchive(id, "/", archiveOf({ "opt/own/one": "1", "opt/own/sub/two": large }));
      await suite.runtime.writeArchive(id, "/opt/own", archiveOf({ one: "changed" }));
      expect(await filesOf(await suite.runtime.readArchive(id, "/opt/own"))).toEqual({
        "own/one": "changed",
        "own/sub/two": large,
      });
      expect(await filesOf(await suite.runtime.readArchive(id, "/opt/own/one"))).toEqual({ one: "changed" });
      expect(await suite.runtime.inspectPath(id, "/opt/own")).toMatchObject({ name: "own", kind: "folder" });
      expect(await suite.runtime.inspectPath(id, "/opt/own/sub/two")).toEqual({
        ...{ name: "two", kind: "file", size: large.length, mode: 0o644 },
      });
    });
    holds("keep to whom files belong", async () => {
      const id = await start("obedient");
      const owner = { uid: 1_234, gid: 3_000_000 };
      const owned = async function* (): AsyncGenerator<Uint8Array> {
        yield renderTarHeader({ path: "opt/owned", kind: "folder", size: 0, mode: 0o755, target: "", owner });
        yield renderTarHeader({ path: "opt/owned/file", kind: "file", size: 0, mode: 0o644, target: "", owner });
        yield renderTarHeader({ path: "opt/owned/roots", kind: "file", size: 0, mode: 0o644, target: "" });
        yield TAR_END;
      };
      await suite.runtime.writeArchive(id, "/", owned());
      const archive = (await suite.runtime.readArchive(id, "/opt/owned"))!;
      const owners: Record<string, unknown> = {};
      for await (const member of readTar(archive)) owners[member.path.replace(/\/$/, "")] = member.owner;
      expect(owners).toEqual({ owned: owner, "owned/file": owner, "owned/roots": { uid: 0, gid: 0 } });
    });
    holds("of what is not there are none, and folders that are not there take none", async () => {
      const id = await start("obedient");
      expect(await suite.runtime.inspectPath(id, "/none")).toBeUndefined();
      expect(await suite.runtime.readArchive(id, "/none")).toBeUndefined();
      expect(await codeOf(suite.runtime.writeArchive(id, "/none", archiveOf({ one: "1" })))).toBe("DOCKER_FAILED");
      expect(await codeOf(suite.runtime.writeArchive(fresh("none"), "/", archiveOf({ one: "1" })))).toBe(
        "DOCKER_FAILED",
      );
    });
  });
}

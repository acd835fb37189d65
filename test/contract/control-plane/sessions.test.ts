// Sessions from the client through a real server to the engine in memory.
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSessionsClient, type SessionsClient } from "../../../src/client/sessions-client.ts";
import { SESSION_PROTOCOL } from "../../../src/contract/sessions.ts";
import type { CommandIo } from "../../../src/emulator/runtime/memory/programs.ts";
import { chooseMachine } from "../../../src/operations/attach/choose-machine.ts";
import { runCommand } from "../../../src/operations/attach/run-command.ts";
import { systemClock, systemTimer } from "../../../src/platform/clock.ts";
import { readTar, renderTarHeader, TAR_END, tarPadding } from "../../../src/platform/tar.ts";
import type { TerminalInput } from "../../../src/platform/terminal-input.ts";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";

const signals: string[] = [];
let planet: MemoryPlanet;
let sessions: SessionsClient;
let id: string;

/** Says each piece it reads, and how large its terminal is; ends with 5 at the end. */
async function parrot({ input, print, terminal }: CommandIo): Promise<number> {
  print("ready\n", "stderr");
  for await (const bytes of input) print(`${Buffer.from(bytes).toString()}@${terminal()?.columns ?? "-"}`);
  return 5;
}

beforeAll(async () => {
  planet = await startMemoryPlanet({
    images: {
      app: {
        kind: "runs",
        talk: ([word], io) => (word === "parrot" ? parrot(io) : undefined),
        exec: (command, { env }) => {
          if (command.includes("HUP") || command.includes("INT")) signals.push(command[4] ?? "");
          return { exitCode: 3, stdout: `${env?.["HANGAR_SESSION"]?.length ?? 0}`, stderr: "" };
        },
      },
    },
  });
  const { client, baseUrl } = planet;
  await client.createApp("attach");
  ({ id } = await client.createMachine("attach", { region: "nrt", config: { image: "app" } }));
  await client.waitMachine("attach", id, "started");
  sessions = createSessionsClient({ baseUrl, token: TOKEN, fetch, clock: systemClock });
});
afterAll(() => planet?.stop());

function typing(pieces: AsyncIterable<string> | string[], width?: number): TerminalInput {
  return {
    async *bytes() {
      for await (const piece of pieces) yield Buffer.from(piece);
    },
    window: () => (width === undefined ? undefined : { columns: width, rows: 24 }),
    onResize: () => undefined,
    release: () => undefined,
  };
}

function collector(onText: (text: string) => void = () => undefined) {
  const text = { stdout: "", stderr: "" };
  const write = async (stream: "stdout" | "stderr", bytes: Uint8Array): Promise<void> => {
    text[stream] += Buffer.from(bytes).toString();
    onText(text.stdout + text.stderr);
  };
  return { text, write };
}

const deps = { signal: new AbortController().signal, timer: systemTimer };

test("input goes in, both streams and the exit code come out", async () => {
  const { text, write } = collector();
  const command = { app: "attach", machine: id, command: ["parrot"] };
  expect(await runCommand(command, { ...deps, sessions, write, openInput: () => typing(["one"]) })).toBe(5);
  expect(text).toEqual({ stdout: "one@-", stderr: "ready\n" });
});

test("a terminal has the size of ours", async () => {
  const { text, write } = collector();
  const command = { app: "attach", machine: id, command: ["parrot"], terminalType: "xterm" };
  expect(await runCommand(command, { ...deps, sessions, write, openInput: () => typing(["a"], 101) })).toBe(5);
  expect(text).toEqual({ stdout: "ready\na@101", stderr: "" });
});

test("Ctrl-C is passed on, and what a client leaves behind is hung up", async () => {
  const abort = new AbortController();
  const { write } = collector(() => abort.abort(new Error("interrupted")));
  const never = typing(
    (async function* () {
      await new Promise(() => undefined);
      yield "";
    })(),
  );
  const running = runCommand(
    { app: "attach", machine: id, command: ["parrot"] },
    { sessions, write, openInput: () => never, signal: abort.signal, timer: (_ms, run) => systemTimer(200, run) },
  );
  await expect(running).rejects.toThrow("interrupted");
  await expect.poll(() => signals).toEqual(["INT", "HUP"]);
});

test("what the planet refuses is told by its code", async () => {
  const command = { command: ["parrot"] };
  await expect(sessions.openCommand("attach", "0".repeat(14), command)).rejects.toMatchObject({
    code: "MACHINE_NOT_FOUND",
  });
  const intruder = createSessionsClient({ baseUrl: planet.baseUrl, token: "no", fetch, clock: systemClock });
  await expect(intruder.openCommand("attach", id, command)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  const empty = await sessions.openCommand("attach", id, { command: [] });
  await expect(empty.output().next()).rejects.toMatchObject({ code: "REQUEST_INVALID" });
});

test.each([
  ["//", 404],
  ["http://[", 404],
  ["/hangar/v1/apps/%zz/machines/1/session", 400],
  ["/hangar/v1/apps/none/machines/1/session", 404],
])("a connection that is upgraded at %s is refused with %i, and control goes on", async (target, status) => {
  const socket = connect(Number(new URL(planet.baseUrl).port), "127.0.0.1");
  const lines = [`GET ${target} HTTP/1.1`, "Host: 127.0.0.1", `Authorization: Bearer ${TOKEN}`];
  socket.write([...lines, "Connection: Upgrade", `Upgrade: ${SESSION_PROTOCOL}`, "", ""].join("\r\n"));
  let answer = "";
  for await (const bytes of socket) answer += String(bytes);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `, "u"));
  await planet.client.planet();
});

test("archives go in and come out, and paths are looked at", async () => {
  const content = "z".repeat(70_000);
  const archive = async function* (): AsyncGenerator<Uint8Array> {
    yield renderTarHeader({ path: "opt/own/file", kind: "file", size: content.length, mode: 0o644, target: "" });
    yield Buffer.from(content);
    yield tarPadding(content.length);
    yield TAR_END;
  };
  await sessions.writeArchive("attach", id, "/", archive());
  expect(await sessions.stat("attach", id, "/opt/own/file")).toMatchObject({ kind: "file", size: content.length });
  for await (const member of readTar(sessions.readArchive("attach", id, "/opt/own/file"))) {
    expect(member.path).toBe("file");
    let size = 0;
    for await (const piece of member.content()) size += piece.length;
    expect(size).toBe(content.length);
  }
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.alloc(200_000);
  };
  await expect(sessions.writeArchive("attach", id, "/nowhere", endless())).rejects.toMatchObject({
    code: "DOCKER_FAILED",
  });
  const missing = { code: "PATH_NOT_FOUND" };
  await expect(sessions.stat("attach", id, "/none")).rejects.toMatchObject(missing);
  await expect(sessions.readArchive("attach", id, "/none").next()).rejects.toMatchObject(missing);
});

test("a machine that does not run is started where that is allowed", async () => {
  const { client } = planet;
  await client.stopMachine("attach", id);
  await client.waitMachine("attach", id, "stopped");
  const stopped = await sessions.openCommand("attach", id, { command: ["parrot"] });
  await expect(stopped.output().next()).rejects.toMatchObject({ code: "MACHINE_STATE" });
  const read = sessions.readArchive("attach", id, "/opt/own/file");
  await expect(read.next()).rejects.toMatchObject({ code: "MACHINE_STATE" });
  for await (const { size } of readTar(sessions.readArchive("attach", id, "/opt/own/file", { atRest: true })))
    expect(size).toBe(70_000);
  const machines = {
    list: client.machines,
    start: client.connection.api.machines.start,
    wait: (app: string, machine: string) => client.waitMachine(app, machine, "started"),
  };
  const choose = (mayStart: boolean) =>
    chooseMachine(
      { app: "attach", select: false },
      { machines, choose: undefined, mayStart: async () => mayStart, onChosen: () => undefined },
    );
  await expect(choose(false)).rejects.toMatchObject({ code: "MACHINE_STATE" });
  expect(await choose(true)).toMatchObject({ id });
  const elsewhere = chooseMachine(
    { app: "attach", select: false, region: "gru" },
    { machines, choose: undefined, mayStart: async () => true, onChosen: () => undefined },
  );
  await expect(elsewhere).rejects.toMatchObject({ code: "MACHINE_NOT_FOUND" });
});

// Copying files in and out, from the operations through a real server to the engine in memory.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSessionsClient, type SessionsClient } from "../../../src/client/sessions-client.ts";
import { getFiles } from "../../../src/operations/attach/get-files.ts";
import { listFiles } from "../../../src/operations/attach/list-files.ts";
import { putFiles } from "../../../src/operations/attach/put-files.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";

const base = mkdtempSync(path.join(tmpdir(), "hangar-sftp-"));
const asked: string[] = [];
let planet: MemoryPlanet;
let files: { app: string; machine: string; sessions: SessionsClient };

beforeAll(async () => {
  planet = await startMemoryPlanet({
    images: {
      app: {
        kind: "runs",
        talk: (command, { print }) => {
          if (command.at(-1) === "/broken") return Promise.resolve(127);
          print("src\0other\0*\0gone\0", "stdout");
          return Promise.resolve(0);
        },
      },
    },
  });
  const { client, baseUrl } = planet;
  await client.createApp("files");
  const { id } = await client.createMachine("files", { region: "nrt", config: { image: "app" } });
  await client.waitMachine("files", id, "started");
  files = {
    app: "files",
    machine: id,
    sessions: createSessionsClient({ baseUrl, token: TOKEN, fetch, clock: systemClock }),
  };
  mkdirSync(path.join(base, "src/sub"), { recursive: true });
  writeFileSync(path.join(base, "src/a"), "a");
  writeFileSync(path.join(base, "src/sub/b"), "b".repeat(3 * 1024 * 1024));
});
afterAll(async () => {
  rmSync(base, { recursive: true, force: true });
  await planet?.stop();
});

const told: string[] = [];
const silent = () => undefined;
const depsOf = (agrees: boolean) => ({
  progress: {
    plan: silent,
    start: silent,
    done: silent,
    fail: silent,
    log: silent,
    update: (_id: string, text: string) => void told.push(text),
  },
  signal: new AbortController().signal,
  mayReplace: async (place: string) => {
    asked.push(place);
    return agrees;
  },
});
const put = (local: string, remote: string, { recursive = false, agrees = false } = {}) =>
  putFiles({ local: path.join(base, local), remote, recursive }, files, depsOf(agrees));
const get = (remote: string, local: string, { recursive = false, agrees = false } = {}) =>
  getFiles({ remote, local: path.join(base, local), recursive }, files, depsOf(agrees));

test("a folder goes in and comes out as it was, and its progress is told", async () => {
  expect(await put("src", "/", { recursive: true })).toMatchObject({ to: "/src", kind: "folder", skipped: [] });
  expect(await get("/src", "back", { recursive: true })).toMatchObject({ files: 2, to: path.join(base, "back") });
  expect(readFileSync(path.join(base, "back/sub/b"), "utf8")).toBe("b".repeat(3 * 1024 * 1024));
  expect(told).toContain("3 MiB");
});

test("nothing is replaced unasked, and folders here never", async () => {
  await put("src/a", "/src/named");
  await expect(put("src/a", "/src/named")).rejects.toMatchObject({ code: "FILE_EXISTS" });
  expect(asked.at(-1)).toBe(`/src/named in machine ${files.machine}`);
  expect(await put("src/a", "/src", { agrees: true })).toMatchObject({ to: "/src/a" });
  await expect(put("src", "/src/a", { recursive: true, agrees: true })).rejects.toMatchObject({ code: "FILE_EXISTS" });

  expect(await get("/src/a", "")).toMatchObject({ to: path.join(base, "a"), bytes: 1 });
  writeFileSync(path.join(base, "a"), "mine");
  await expect(get("/src/a", "a")).rejects.toMatchObject({ code: "FILE_EXISTS" });
  expect(readFileSync(path.join(base, "a"), "utf8")).toBe("mine");
  await get("/src/a", "a", { agrees: true });
  expect(readFileSync(path.join(base, "a"), "utf8")).toBe("a");
  await expect(get("/src", "", { recursive: true, agrees: true })).rejects.toMatchObject({ code: "FILE_EXISTS" });
});

test("what cannot be copied is told by its code", async () => {
  const fails = (work: Promise<unknown>, code: string) => expect(work).rejects.toMatchObject({ code });
  await fails(put("src", "/"), "USAGE");
  await fails(put("none", "/"), "FILE_ACCESS");
  await fails(put("src/a", "relative"), "USAGE");
  await fails(put("src/a", "/nowhere/a"), "PATH_NOT_FOUND");
  await fails(get("/src", "x"), "USAGE");
  await fails(get("/", "x", { recursive: true }), "USAGE");
  await fails(get("/none", "x"), "PATH_NOT_FOUND");
  await fails(get("/src/a", "no/folder/a"), "FILE_ACCESS");
});

test("a folder is listed by the names that a shell says and that are there", async () => {
  expect(await listFiles(files, "/")).toMatchObject([{ name: "src", kind: "folder" }]);
  expect(await listFiles(files, "/src/a")).toMatchObject([{ name: "a", kind: "file", size: 1 }]);
  await put("src", "/broken", { recursive: true });
  await expect(listFiles(files, "/broken")).rejects.toMatchObject({
    code: "PATH_NOT_FOUND",
    details: { exit_code: 127 },
  });
  await expect(listFiles(files, "/none")).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
});

// What goes wrong for users: each time a stable code, one message, a next step, the exit status by the table, and
// everything as before.
import { execa } from "execa";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRoot, machineEngine, NEEDS_ROOT } from "../support/engines.ts";
import { createHangarCli, type HangarCli } from "../support/hangar-cli.ts";

const PORTS = { httpPort: 18_082, controlPort: 14_282 };
let cli: HangarCli;

const upArgs = ["up", "--http-port", String(PORTS.httpPort), "--control-port", String(PORTS.controlPort)];
const engineState = async (): Promise<string> =>
  (
    await Promise.all([
      cli.docker("ps", "-a", "--format", "{{.Names}}"),
      cli.docker("network", "ls", "--format", "{{.Name}}"),
      cli.docker("volume", "ls", "--format", "{{.Name}}"),
    ])
  ).join("\n");
const project = async (name: string, files: Readonly<Record<string, string>>): Promise<string> => {
  const folder = path.join(cli.dir, name);
  await mkdir(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text);
  return folder;
};

beforeAll(async () => {
  await machineEngine.prepare([]);
  cli = await createHangarCli({ planet: "e2e-bad", ...PORTS });
  await cli.run(["reset", "--yes"]);
});
afterAll(() => cli[Symbol.asyncDispose]());

describe("a project that cannot be deployed", () => {
  test("no fly.toml", async () => {
    const folder = await project("empty", {});
    expect(await cli.fails(["deploy", folder])).toMatchObject({
      exitCode: 3,
      code: "CONFIG_NOT_FOUND",
      suggestions: [expect.stringContaining("hangar launch")],
    });
  });

  test("broken TOML: file, line, column and the line itself", async () => {
    const folder = await project("broken", { "fly.toml": 'app = "x"\nprimary_region = iad\n' });
    const error = await cli.fails(["deploy", folder]);
    expect(error).toMatchObject({ exitCode: 1, code: "CONFIG_SYNTAX" });
    expect(error.message).toMatch(/fly\.toml:2:\d+/);
    expect(error.message).toContain("primary_region = iad");
  });

  test("a region that does not exist, with what was probably meant", async () => {
    const error = await cli.fails(["deploy", "--regions", "sidney"]);
    expect(error).toMatchObject({ exitCode: 2, code: "REGION_UNKNOWN" });
    expect(JSON.stringify([error.message, error.suggestions])).toContain("syd");
  });

  test("no Dockerfile", async () => {
    const folder = await project("nothing-to-build", { "fly.toml": 'app = "x"\n' });
    expect(await cli.fails(["deploy", folder])).toMatchObject({ exitCode: 3, code: "DOCKERFILE_NOT_FOUND" });
  });

  test("a build that fails, with its last lines", async () => {
    const folder = await project("build-fails", {
      "fly.toml": 'app = "x"\n',
      Dockerfile: "FROM debian:bookworm-slim\nRUN echo deep trouble && exit 7\n",
    });
    const error = await cli.fails(["deploy", folder]);
    expect(error).toMatchObject({
      exitCode: 1,
      code: "BUILD_FAILED",
      message: expect.stringContaining("deep trouble"),
    });
  });

  test("an unknown command and an unknown flag are usage errors", async () => {
    expect(await cli.fails(["deplyo"])).toMatchObject({ exitCode: 2, code: "USAGE" });
    expect(await cli.fails(["deploy", "--reigons", "iad"])).toMatchObject({ exitCode: 2, code: "USAGE" });
  });
});

describe("a machine that Hangar cannot use", () => {
  test("no Docker", async () => {
    expect(await cli.fails(["up"], { env: { DOCKER_HOST: "unix:///nowhere/docker.sock" } })).toMatchObject({
      exitCode: 69,
      code: "DOCKER_UNAVAILABLE",
    });
  });

  test("an engine that is too old", async () => {
    const socket = path.join(cli.dir, "old.sock");
    await mkdir(cli.dir, { recursive: true });
    const server = createHttpServer((request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify(
          request.url?.includes("version") === true
            ? { Version: "19.03.15", ApiVersion: "1.40" }
            : { ServerVersion: "19.03.15", Architecture: "x86_64", SecurityOptions: [] },
        ),
      );
    }).listen(socket);
    await once(server, "listening");
    expect(await cli.fails(["up"], { env: { DOCKER_HOST: `unix://${socket}` } })).toMatchObject({
      exitCode: 69,
      code: "DOCKER_TOO_OLD",
    });
    server.closeAllConnections();
    server.close();
  });

  test.each([
    ["http", PORTS.httpPort],
    ["control", PORTS.controlPort],
  ])("the %s port is taken", async (_, port) => {
    const before = await engineState();
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    expect(await cli.fails(upArgs)).toMatchObject({
      exitCode: 69,
      code: "PORT_TAKEN",
      message: expect.stringContaining(String(port)),
    });
    server.close();
    expect(await engineState()).toBe(before);
  });

  test("the disk of the state folder is full", async ({ skip }) => {
    if (!isRoot) skip(NEEDS_ROOT);
    const before = await engineState();
    const full = path.join(cli.dir, "full");
    await mkdir(full, { recursive: true });
    await execa("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", full]);
    try {
      await writeFile(path.join(full, "filler"), Buffer.alloc(4096));
      expect(await cli.fails(upArgs, { env: { HANGAR_STATE_DIR: full } })).toMatchObject({
        exitCode: 69,
        code: "DISK_FULL",
      });
      expect((await readdir(full)).filter((name) => name !== "filler" && name !== "planets")).toEqual([]);
    } finally {
      await execa("umount", [full]);
    }
    expect(await engineState()).toBe(before);
  });

  test("a planet that is down is said to be down", async () => {
    expect(await cli.fails(["status"])).toMatchObject({
      exitCode: 3,
      code: "PLANET_DOWN",
      suggestions: expect.arrayContaining([expect.stringContaining("hangar up")]),
    });
  });
});

describe("commands that get in each other's way", () => {
  test("two up at the same time: one makes the planet, the other is told, and the planet is whole", async () => {
    const results = await Promise.all([cli.run([...upArgs, "--json"]), cli.run([...upArgs, "--json"])]);
    const [won, lost] = results.toSorted((a, b) => a.exitCode - b.exitCode);
    expect(won?.exitCode).toBe(0);
    if (lost?.exitCode !== 0) expect(JSON.parse(lost?.stdout ?? "")).toMatchObject({ error: { code: "PLANET_BUSY" } });
    expect(await cli.json(["status"])).toMatchObject({ planet: { state: "ready" } });
  });

  test("up with a port that another program has leaves the running planet as it is", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await cli.fails(["up", "--http-port", String(port)])).toMatchObject({ code: "PORT_TAKEN" });
    server.close();
    expect(await cli.json(["status"])).toMatchObject({ planet: { state: "ready" } });
  });
});

describe("images that do not serve", () => {
  const dockerfile = (program: string): string =>
    `FROM node:24-bookworm-slim\nCMD ["node", "-e", ${JSON.stringify(program)}]\n`;
  const toml = 'app = "shop"\nprimary_region = "iad"\n[http_service]\n  internal_port = 8080\n';
  const serve = (text: string): string =>
    dockerfile(`require("node:http").createServer((q, s) => s.end(${JSON.stringify(text)})).listen(8080)`);
  const answer = async (): Promise<string> =>
    cli.inNetwork(["curl", "-s", "-H", "Host: shop.localhost", `http://127.0.0.1:${PORTS.httpPort}/`]);

  beforeAll(async () => {
    const folder = await project("good", { "fly.toml": toml, Dockerfile: serve("one") });
    await cli.json(["deploy", folder]);
  });

  test.each([
    [
      "exits at once",
      dockerfile('console.error("no database"); process.exit(3)'),
      "MACHINE_EXITED",
      /exited with code 3[\s\S]*no database/,
    ],
    [
      "listens on 127.0.0.1 only",
      dockerfile('require("node:http").createServer().listen(8080, "127.0.0.1")'),
      "APP_LOOPBACK_ONLY",
      /127\.0\.0\.1:8080/,
    ],
    ["cannot be started", 'FROM debian:bookworm-slim\nCMD ["/no/such/program"]\n', "MACHINE_START_FAILED", /no such/i],
  ])("one that %s: the reason at once, and the old version goes on serving", async (name, text, code, message) => {
    const folder = await project(name.replaceAll(/\W/g, "-"), { "fly.toml": toml, Dockerfile: text });
    const served: string[] = [];
    let ended = false;
    const watch = (async () => {
      while (!ended) served.push(await answer());
    })();
    const error = await cli.fails(["deploy", folder]);
    ended = true;
    await watch;
    expect(error).toMatchObject({ exitCode: 1, code });
    expect(error.message).toMatch(message);
    expect(new Set(served)).toEqual(new Set(["one"]));
  });

  test("a good one replaces the old version without a failed request", async () => {
    const folder = await project("better", { "fly.toml": toml, Dockerfile: serve("two") });
    const served: string[] = [];
    let ended = false;
    const watch = (async () => {
      while (!ended) served.push(await answer());
    })();
    await cli.json(["deploy", folder]);
    ended = true;
    await watch;
    expect(new Set(served)).toEqual(new Set(["one", "two"]));
    expect(await answer()).toBe("two");
  });
});

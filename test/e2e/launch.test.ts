// Projects that have no Dockerfile, and every template: launched, built and asked, on one planet.
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitUntil } from "../../src/platform/clock.ts";
import { machineEngine } from "../support/engines.ts";
import { createHangarCli, type HangarCli } from "../support/hangar-cli.ts";
import { GENERATED_PROJECTS } from "./launch-projects.ts";

interface Launched {
  readonly files: readonly { path: string; action: string }[];
  readonly deployed: { readonly machines: readonly { id: string; region: string; state: string }[] };
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

const PORTS = { httpPort: 18_083, controlPort: 14_283 };
const IMAGES = ["node:24-bookworm-slim", "denoland/deno:2.9.6", "oven/bun:1", "caddy:2"];
let cli: HangarCli;

beforeAll(async () => {
  await machineEngine.prepare(IMAGES);
  cli = await createHangarCli({ planet: "e2e-launch", ...PORTS });
  await cli.run(["reset", "--yes"]);
  await cli.json(["up", "--http-port", String(PORTS.httpPort), "--control-port", String(PORTS.controlPort)]);
});
afterAll(() => cli[Symbol.asyncDispose]());

/** Asks an app through the edge of a region. */
async function ask(app: string, target = "/", options: readonly string[] = [], from = "iad"): Promise<Answer> {
  const url = `http://127.0.0.1:${PORTS.httpPort}${target}`;
  const host = ["-H", `Host: ${app}.localhost`, "-H", `Hangar-Client-Region: ${from}`];
  const printed = await cli.inNetwork(["curl", "-si", "--max-time", "20", ...host, ...options, url]);
  const [head = "", ...rest] = printed.split(/\r?\n\r?\n/u);
  const [line = "", ...lines] = head.split(/\r?\n/u);
  const fields = lines.filter((field) => field.includes(":"));
  const pairs = fields.map((field) => [field.slice(0, field.indexOf(":")), field.slice(field.indexOf(":") + 1).trim()]);
  return {
    status: Number(line.split(" ")[1]),
    headers: new Headers(pairs as [string, string][]),
    body: rest.join("\n\n"),
  };
}

async function askJson<T>(...question: Parameters<typeof ask>): Promise<T & { headers: Headers }> {
  const { status, headers, body } = await ask(...question);
  if (status >= 300) throw new Error(`${question[0]} answered ${status}: ${body}`);
  return { ...(JSON.parse(body) as T), headers };
}

async function snapshot(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const files = names.map((entry) => path.join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(file, "utf8")] as const)),
  );
}

async function write(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = path.join(cli.dir, name);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
  return folder;
}

describe("a project that has no Dockerfile", () => {
  test.each(GENERATED_PROJECTS)("$name is built, answers, and is as it was after a second launch", async (project) => {
    const folder = await write(project.name, project.files);
    const plan = await cli.json<{ applied: boolean; framework: string }>(["launch", folder]);
    expect(plan).toMatchObject({ applied: false, framework: project.framework });
    expect((await readdir(folder)).includes("fly.toml")).toBe(false);
    const launched = await cli.json<Launched>(["launch", folder, "--yes"]);
    expect(launched.deployed.machines).toMatchObject([{ region: "iad", state: "started" }]);
    for (const [target, text] of Object.entries(project.answers)) {
      expect(await ask(project.name, target)).toMatchObject({ status: 200, body: expect.stringContaining(text) });
    }
    const before = await snapshot(folder);
    const again = await cli.json<Launched>(["launch", folder, "--yes", "--no-deploy"]);
    expect(again.files).toEqual([{ path: "fly.toml", action: "kept" }]);
    expect(await snapshot(folder)).toEqual(before);
  });

  test("and its secrets stay out of the image", async () => {
    expect(await ask("plain-site", "/.env")).toMatchObject({ status: 404 });
    expect(await ask("plain-site", "/Dockerfile")).toMatchObject({ status: 404 });
  });

  test("keeps its machine when it is launched again", async () => {
    const again = await cli.json<Launched>(["launch", path.join(cli.dir, "deno-notes"), "--yes"]);
    expect(again.deployed.machines).toMatchObject([{ region: "iad", action: "unchanged" }]);
  });

  test("is left as it was when its deploy fails", async () => {
    const folder = await write("broken", { "deno.json": "{}", "main.ts": 'console.error("no luck");Deno.exit(7)' });
    const before = await snapshot(folder);
    expect(await cli.fails(["launch", folder, "--yes"])).toMatchObject({ code: "MACHINE_EXITED" });
    expect(await snapshot(folder)).toEqual(before);
  });
});

describe("the template", () => {
  const launchTemplate = async (name: string, regions = "iad"): Promise<Launched["deployed"]> => {
    const folder = path.join(cli.dir, name);
    await cli.json(["launch", folder, "--template", name, "--yes", "--no-deploy"]);
    return cli.json<Launched["deployed"]>(["deploy", folder, "--regions", regions]);
  };
  const idIn = (deployed: Launched["deployed"], region: string): string | undefined =>
    deployed.machines.find((machine) => machine.region === region)?.id;

  test.each(["where-am-i", "where-am-i-deno"])("%s says where it is", async (name) => {
    const deployed = await launchTemplate(name);
    expect(await askJson(name)).toMatchObject({ app: name, region: "iad", machine: idIn(deployed, "iad") });
  });

  test("static serves its files, and its own page for what is not there", async () => {
    await launchTemplate("static");
    expect(await ask("static")).toMatchObject({ status: 200, body: expect.stringContaining("<h1>static</h1>") });
    expect((await ask("static", "/style.css")).headers.get("content-type")).toContain("text/css");
    expect(await ask("static", "/nowhere")).toMatchObject({ status: 404, body: expect.stringContaining("Not found") });
  });

  test("sticky-sessions counts on the machine that holds the session, or has the request replayed there", async () => {
    interface Visit {
      readonly visits?: number;
      readonly machine?: string;
      readonly replay?: string;
    }
    const deployed = await launchTemplate("sticky-sessions", "iad,ams");
    const home = idIn(deployed, "iad");
    const first = await askJson<Visit>("sticky-sessions");
    expect(first).toMatchObject({ visits: 1, machine: home });
    const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect(cookie).toMatch(new RegExp(`^session=[0-9a-f]{32}\\.${home}$`, "u"));
    const far = await askJson<Visit>("sticky-sessions", "/", ["-H", `Cookie: ${cookie}`], "ams");
    const wish = far.headers.get("fly-replay");
    // Whether the edge carries the replay out, or hands the wish through: it is about that one machine.
    if (wish === null) expect(far).toMatchObject({ visits: 2, machine: home });
    else expect([wish, far.replay]).toEqual([`instance=${home};timeout=2s;fallback=force_self`, home]);
    const near = await askJson<Visit>("sticky-sessions", "/", ["-H", `Cookie: ${cookie}`]);
    expect(near).toMatchObject({ visits: wish === null ? 3 : 2, machine: home });
    const foreign = await askJson<Visit>("sticky-sessions", "/", [], "ams");
    expect(foreign).toMatchObject({ visits: 1, machine: idIn(deployed, "ams") });
  });

  test("write-home writes in the primary region, and is read elsewhere", async () => {
    interface Notes {
      readonly notes: readonly { text: string }[];
      readonly region: string;
      readonly replay?: string;
    }
    await launchTemplate("write-home", "iad,ams");
    const post = (text: string, from: string): ReturnType<typeof askJson<Notes>> =>
      askJson<Notes>("write-home", "/notes", ["-X", "POST", "--data-raw", text], from);
    expect(await post("near", "iad")).toMatchObject({ note: { text: "near" }, region: "iad" });
    const far = await post("far", "ams");
    const wish = far.headers.get("fly-replay");
    if (wish === null) expect(far).toMatchObject({ note: { text: "far" }, region: "iad", replayed: true });
    else expect([wish, far.replay]).toEqual(["region=iad", "iad"]);
    const written = wish === null ? ["near", "far"] : ["near"];
    const copied = await waitUntil(
      async () => {
        const read = await askJson<Notes>("write-home", "/notes", [], "ams");
        return read.notes.length >= written.length ? read : undefined;
      },
      { what: "the notes to be copied to ams", deadlineMs: 20_000, intervalMs: 200 },
    );
    expect(copied.region).toBe("ams");
    expect(copied.notes.map(({ text }) => text)).toEqual(written);
  });

  test("background-worker has its jobs done by the other process group", async () => {
    const deployed = await launchTemplate("background-worker");
    expect(deployed.machines).toHaveLength(2);
    const job = await askJson<{ name: string; state: string }>("background-worker", "/jobs", ["-d", '{"input":100}']);
    expect(job.state).toBe("waiting");
    const done = await waitUntil(
      async () => {
        const shown = await askJson<{ state: string }>("background-worker", `/jobs/${job.name}`);
        return shown.state === "done" ? shown : undefined;
      },
      { what: "the job to be done", deadlineMs: 30_000, intervalMs: 200 },
    );
    expect(done).toMatchObject({ result: 1_060, worker: expect.not.stringMatching(job.name.split("-")[0] ?? "") });
    expect(await ask("background-worker", "/work", ["-X", "POST"])).toMatchObject({ status: 404 });
  });

  test("websocket-chat carries a message from one region to the other", async () => {
    await launchTemplate("websocket-chat", "iad,ams");
    expect((await ask("websocket-chat")).body).toContain("<title>Chat</title>");
    const client = path.join(cli.dir, "chat-client.mjs");
    await cp(new URL("../fixtures/executables/chat-client.mjs", import.meta.url), client);
    const heard = await cli.inNetwork([
      process.execPath,
      client,
      String(PORTS.httpPort),
      "websocket-chat",
      "ams",
      "iad",
      "hello",
    ]);
    expect(JSON.parse(heard)).toMatchObject({ text: "hello", region: "iad", listener: "ams" });
  });
});

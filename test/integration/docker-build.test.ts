import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitUntil } from "../../src/platform/clock.ts";
import { buildImage, type BuildImageInput, dockerBuildDeps } from "../../src/platform/docker-build.ts";
import { findDockerClients } from "../../src/platform/docker-builders.ts";
import { openTemplates } from "../../src/platform/templates.ts";
import { writeAll } from "../../src/platform/write-all.ts";
import { docker, sweep } from "../support/docker-cli.ts";

const LABEL = "dev.hangar.test.docker-build";
const searchPath = process.env["PATH"] ?? "";

/** Containers first, because they hold their images. */
async function sweepAll(): Promise<void> {
  await sweep(LABEL);
  const images = await docker("image", "ls", "-q", "--filter", `label=${LABEL}`);
  const ids = [...new Set(images.split("\n").filter((id) => id !== ""))];
  if (ids.length > 0) await docker("image", "rm", "-f", ...ids);
}

/** Asks until the program answers. */
const fetchWhenUp = (url: string, init: RequestInit = {}): Promise<Response> =>
  waitUntil(() => fetch(url, init), { what: `${url} to answer`, deadlineMs: 20_000, intervalMs: 50 });

describe("buildImage on the engine", () => {
  let folder: string;
  beforeAll(async () => {
    await sweepAll();
    folder = await mkdtemp(path.join(tmpdir(), "hangar-build-test-"));
  });
  afterAll(async () => {
    await sweepAll();
    await rm(folder, { recursive: true, force: true });
  });

  const build = (dir: string, more: Partial<BuildImageInput> = {}, paths = searchPath) =>
    buildImage(
      {
        contextDir: dir,
        dockerfile: path.join(dir, "Dockerfile"),
        tag: `${LABEL}:test`,
        args: {},
        labels: { [LABEL]: "1" },
        ...more,
      },
      dockerBuildDeps(paths),
    );

  const project = async (name: string, dockerfile: string): Promise<string> => {
    const dir = path.join(folder, name);
    await writeAll(dir, [
      { path: "Dockerfile", text: dockerfile, replace: true },
      { path: "file.txt", text: "hello", replace: true },
    ]);
    return dir;
  };

  test.each(["where-am-i", "where-am-i-deno"])(
    "the template %s builds, answers as its own user and stops at once",
    async (name) => {
      const { files } = await openTemplates().read(name);
      const dir = path.join(folder, name);
      await writeAll(
        dir,
        files.map((file) => ({
          path: file.path,
          text: file.text.replaceAll("{{app}}", "example").replaceAll("{{region}}", "iad"),
          replace: false,
        })),
      );
      const steps = new Set<string>();
      const { imageId } = await build(dir, { tag: `${LABEL}:${name}`, onStep: (step) => steps.add(step.name) });
      expect(imageId).toMatch(/^sha256:[0-9a-f]{64}$/u);
      expect([...steps].some((step) => step.startsWith("FROM "))).toBe(true);

      const env = ["FLY_APP_NAME=example", "FLY_REGION=nrt", "FLY_MACHINE_ID=148e21", "PRIMARY_REGION=iad"].flatMap(
        (pair) => ["--env", pair],
      );
      const id = await docker(
        "run",
        "-d",
        "--memory=256m",
        "--cap-drop=ALL",
        "--label",
        LABEL,
        "-p",
        "127.0.0.1::8080",
        ...env,
        imageId,
      );
      const port = (await docker("port", id, "8080/tcp")).split("\n")[0]?.split(":").at(-1);
      const url = `http://127.0.0.1:${port}`;
      const answer = await fetchWhenUp(url, {
        headers: { "fly-region": "syd", "fly-client-ip": "192.0.2.1", via: "1.1 edge", cookie: "private" },
      });
      expect(await answer.json()).toMatchObject({
        app: "example",
        region: "nrt",
        machine: "148e21",
        edge: "syd",
        primaryRegion: "iad",
        clientIp: "192.0.2.1",
      });
      const page = await fetch(url, { headers: { accept: "text/html,*/*;q=0.8", "fly-region": "<b>" } });
      expect(page.headers.get("content-type")).toMatch(/^text\/html/u);
      const html = await page.text();
      expect(html).toContain("<h1>Tokyo</h1>");
      expect(html).not.toContain("<b>");
      const healthy = await waitUntil(
        async () => {
          const health = await fetch(`${url}/health`);
          return health.status === 200 ? health.text() : undefined;
        },
        { what: "the app to be warm", deadlineMs: 30_000, intervalMs: 50 },
      );
      expect(healthy).toBe("ok");
      expect((await fetch(`${url}/nothing`)).status).toBe(404);

      expect(await docker("exec", id, "id", "-u")).not.toBe("0");
      await docker("stop", "--time", "10", id);
      expect(await docker("inspect", "-f", "{{.State.ExitCode}} {{.State.OOMKilled}}", id)).toBe("0 false");
    },
  );

  test("a failing step is named with what it printed, and leaves no container behind", async () => {
    const dir = await project("failing", "FROM node:24-bookworm-slim\nRUN echo before && exit 3\n");
    for (const paths of [searchPath, ...(await searchPathOfEach())]) {
      await expect(build(dir, {}, paths)).rejects.toMatchObject({
        code: "BUILD_FAILED",
        message: expect.stringMatching(/step 2\/\d+ RUN echo before && exit 3 failed[^]*before/u),
      });
    }
    expect(await docker("ps", "-a", "--no-trunc", "--format", "{{.Command}}")).not.toContain("echo before");
  });

  test("a Dockerfile that asks for a frontend builds where no registry can be reached", async () => {
    const dir = await project(
      "frontend",
      "# syntax=localhost:9/docker/dockerfile:1\nFROM node:24-bookworm-slim\nCOPY file.txt .\n",
    );
    const lines: string[] = [];
    const { builder } = await build(dir, { onLine: (line) => lines.push(line) });
    expect(builder).toBe("classic");
    // Where the classic builder is the only one, the notice says what it lacks; else that it is the second attempt.
    expect(lines.filter((line) => line.startsWith("hangar: "))).toHaveLength(1);
  });

  test("a base image that is nowhere is named", async () => {
    const dir = await project("nowhere", "FROM localhost:9/no/such:1\n");
    await expect(build(dir)).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      message: expect.stringContaining("localhost:9/no/such:1"),
    });
  });

  test("build arguments arrive, and their values are not in the process list", async () => {
    const dir = await project("arguments", 'FROM node:24-bookworm-slim\nARG PART\nRUN test "$PART" = hidden-value\n');
    const commandLines: string[] = [];
    const deps = dockerBuildDeps(searchPath);
    await buildImage(
      {
        contextDir: dir,
        dockerfile: path.join(dir, "Dockerfile"),
        tag: `${LABEL}:test`,
        args: { PART: "hidden-value" },
        labels: { [LABEL]: "1" },
      },
      {
        ...deps,
        exec: (file, args, options) => {
          commandLines.push([file, ...args].join(" "));
          return deps.exec(file, args, options);
        },
      },
    );
    expect(commandLines.join("\n")).toContain("--build-arg PART");
    expect(commandLines.join("\n")).not.toContain("hidden-value");
  });

  test("an interrupted build ends with the reason of the interruption", async () => {
    const dir = await project("slow", `FROM node:24-bookworm-slim\nRUN echo ${Date.now()} && sleep 60\n`);
    const controller = new AbortController();
    const reason = new Error("enough");
    const running = build(dir, {
      signal: controller.signal,
      onStep: (step) => {
        if (step.name.startsWith("RUN ")) controller.abort(reason);
      },
    });
    await expect(running).rejects.toBe(reason);
  });

  test("an ignore file of another name is honoured", async () => {
    const dir = await project(
      "ignoring",
      "FROM node:24-bookworm-slim\nCOPY . /context\nRUN test ! -e /context/file.txt\n",
    );
    await writeFile(path.join(dir, "other.ignore"), "file.txt\n");
    const built = build(dir, { ignorefile: path.join(dir, "other.ignore") });
    await expect(built).resolves.toMatchObject({ builder: "buildkit" });
  });
});

/** A PATH for each Docker client of this machine alone, so that each builder is tried. */
async function searchPathOfEach(): Promise<string[]> {
  return (await findDockerClients(searchPath)).map((client) => path.dirname(client));
}

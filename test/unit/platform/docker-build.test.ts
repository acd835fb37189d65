import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  buildArguments,
  buildEnvironment,
  buildImage,
  type BuildImageInput,
  withoutCacheMounts,
} from "../../../src/platform/docker-build.ts";
import { chooseBuilder } from "../../../src/platform/docker-builders.ts";
import type { exec, ExecOptions, ExecResult } from "../../../src/platform/exec.ts";

interface Client {
  readonly version?: string;
  readonly buildx?: boolean;
  /** Plays a build: returns the exit status. */
  readonly build?: (args: readonly string[], options: ExecOptions) => Promise<number>;
}

/** An exec that knows some Docker clients. */
function execOf(clients: Readonly<Record<string, Client>>): typeof exec {
  const answer = (exitCode: number, stdout = "", stderr = ""): ExecResult => ({
    exitCode,
    stdout,
    stderr,
    durationMs: 1_234,
  });
  return async (file, args, options) => {
    const client = clients[file] ?? {};
    if (args[0] === "version")
      return client.version === undefined
        ? answer(1, "", "Cannot connect to the Docker daemon")
        : answer(0, `${client.version} 20.10.24`);
    if (args[0] === "buildx") return answer(client.buildx === true ? 0 : 1);
    return answer((await client.build?.(args, options ?? {})) ?? 1);
  };
}

describe("chooseBuilder", () => {
  test.each([
    [
      "the client with BuildKit inside over the first one",
      { "/a": { version: "28.2.2" }, "/b": { version: "20.10.24" } },
      "/b",
      "buildkit",
    ],
    [
      "buildx over BuildKit of an old client",
      { "/a": { version: "20.10.24" }, "/b": { version: "28.2.2", buildx: true } },
      "/b",
      "buildkit",
    ],
    ["the first of equals", { "/a": { version: "20.10.24" }, "/b": { version: "20.10.1" } }, "/a", "buildkit"],
    ["the classic builder where there is no other", { "/a": { version: "28.2.2" } }, "/a", "classic"],
    [
      "a client that reaches an engine over one that does not",
      { "/a": { buildx: true }, "/b": { version: "28.2.2" } },
      "/b",
      "classic",
    ],
  ])("takes %s", async (_, clients: Record<string, Client>, client, builder) => {
    expect(await chooseBuilder(Object.keys(clients), execOf(clients))).toMatchObject({ client, builder });
  });

  test("says that there is no client, or what the engine's silence looks like", async () => {
    await expect(chooseBuilder([], execOf({}))).rejects.toMatchObject({
      code: "DOCKER_UNAVAILABLE",
      message: "There is no docker command in PATH",
    });
    await expect(chooseBuilder(["/a"], execOf({ "/a": {} }))).rejects.toMatchObject({
      code: "DOCKER_UNAVAILABLE",
      message: "No Docker engine answers: Cannot connect to the Docker daemon",
    });
  });
});

describe("build arguments", () => {
  const input: BuildImageInput = {
    contextDir: "/c",
    dockerfile: "/c/Dockerfile",
    tag: "t:1",
    target: "prod",
    args: { TOKEN: "hidden", HTTP_PROXY: "http://p" },
  };

  test("keep values out of the process list, but for names that would steer the client", () => {
    const args = buildArguments(input, "buildkit", "/id");
    expect(args.join(" ")).toBe(
      "build --progress=plain --file /c/Dockerfile --tag t:1 --iidfile /id --target prod --build-arg TOKEN --build-arg HTTP_PROXY=http://p /c",
    );
    expect(buildEnvironment(input.args, "buildkit")).toEqual({
      TOKEN: "hidden",
      DOCKER_BUILDKIT: "1",
      BUILDX_BUILDER: undefined,
    });
  });

  test("of the classic builder leave no container behind", () => {
    expect(buildArguments(input, "classic", "/id")).toContain("--force-rm");
    expect(buildEnvironment({}, "classic")).toMatchObject({ DOCKER_BUILDKIT: "0" });
  });
});

describe("buildImage", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "docker-build-test-"));
    await writeFile(path.join(folder, "Dockerfile"), "FROM a\n");
    await writeFile(path.join(folder, "ignore"), "secret\n");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const input = (more: Partial<BuildImageInput> = {}): BuildImageInput => ({
    contextDir: folder,
    dockerfile: path.join(folder, "Dockerfile"),
    tag: "t:1",
    args: {},
    ...more,
  });
  const after = (args: readonly string[], flag: string): string => args[args.indexOf(flag) + 1] ?? "";

  test("answers with the image's ID", async () => {
    const build = async (args: readonly string[]) => {
      await writeFile(after(args, "--iidfile"), "sha256:abc");
      return 0;
    };
    const built = await buildImage(input(), {
      exec: execOf({ "/d": { version: "20.10.24", build } }),
      clients: async () => ["/d"],
    });
    expect(built).toEqual({ imageId: "sha256:abc", builder: "buildkit", client: "/d", seconds: 1.234 });
  });

  test("falls back to the classic builder when BuildKit cannot reach a registry, and says so", async () => {
    const lines: string[] = [];
    const build = async (args: readonly string[], options: ExecOptions) => {
      if (options.env?.["DOCKER_BUILDKIT"] === "0") {
        await writeFile(after(args, "--iidfile"), "sha256:classic");
        return 0;
      }
      options.onLine?.("#3 resolve image config for docker.io/docker/dockerfile:1", "stderr");
      options.onLine?.("#3 ERROR: failed to do request: dial tcp: lookup registry-1.docker.io: no such host", "stderr");
      return 1;
    };
    const built = await buildImage(input({ onLine: (line) => lines.push(line) }), {
      exec: execOf({ "/d": { version: "20.10.24", build } }),
      clients: async () => ["/d"],
    });
    expect(built).toMatchObject({ imageId: "sha256:classic", builder: "classic" });
    expect(lines.at(-1)).toMatch(/^hangar: .*classic builder/u);
  });

  test("does not try again when the Dockerfile is at fault", async () => {
    let builds = 0;
    const build = async (_: readonly string[], options: ExecOptions) => {
      builds += 1;
      options.onLine?.("#5 [2/2] RUN make", "stderr");
      options.onLine?.("#5 ERROR: exit code: 2", "stderr");
      return 1;
    };
    await expect(
      buildImage(input(), { exec: execOf({ "/d": { version: "20.10.24", build } }), clients: async () => ["/d"] }),
    ).rejects.toMatchObject({ code: "BUILD_FAILED" });
    expect(builds).toBe(1);
  });

  test("puts another ignore file where BuildKit looks for it, and removes it afterwards", async () => {
    let seen = { ignore: "", dockerfile: "" };
    const build = async (args: readonly string[]) => {
      const dockerfile = after(args, "--file");
      seen = { dockerfile, ignore: await readFile(`${dockerfile}.dockerignore`, "utf8") };
      await writeFile(after(args, "--iidfile"), "sha256:abc");
      return 0;
    };
    await buildImage(input({ ignorefile: path.join(folder, "ignore") }), {
      exec: execOf({ "/d": { version: "20.10.24", build } }),
      clients: async () => ["/d"],
    });
    expect(seen.ignore).toBe("secret\n");
    await expect(readFile(seen.dockerfile)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("withoutCacheMounts", () => {
  test.each([
    ["RUN --mount=type=cache,target=/root/.npm npm ci", "RUN npm ci"],
    ["RUN --mount=type=cache,target=/a --mount=target=/b,type=cache \\\n    make", "RUN \\\n    make"],
    ["run --mount=type=secret,id=a --mount=type=cache,target=/b x", "run --mount=type=secret,id=a x"],
    ["RUN echo --mount=type=cache,target=/a", "RUN echo --mount=type=cache,target=/a"],
    ["RUN --mount=type=bind,target=/type=cache x", "RUN --mount=type=bind,target=/type=cache x"],
  ])("%j", (text, bare) => {
    expect(withoutCacheMounts(text)).toBe(bare);
  });
});

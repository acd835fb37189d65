import path from "node:path";
import { describe, expect, test } from "vitest";
import { findDockerfile } from "../../../../src/operations/config/find-dockerfile.ts";
import { loadAppConfig } from "../../../../src/operations/config/load-app-config.ts";

/** Files in memory, by absolute path. */
function depsOf(texts: Readonly<Record<string, string>>) {
  return {
    files: {
      readTextIfExists: async (file: string) => texts[file],
      exists: async (file: string) =>
        Object.keys(texts).some((name) => name === file || name.startsWith(`${file}${path.sep}`)),
    },
  };
}

describe("loadAppConfig", () => {
  const repository = {
    "/r/.git/HEAD": "",
    "/r/fly.toml": "app = 'root'",
    "/r/a/b/x": "",
    "/r/deploy/fly.toml": "app = 'deploy'",
    "/r/deploy/other.toml": "app = 'other'",
  };

  test.each([
    [{ dir: "/r" }, "/r/fly.toml", "/r"],
    [{ dir: "/r/a/b" }, "/r/fly.toml", "/r"],
    [{ dir: "/r/deploy" }, "/r/deploy/fly.toml", "/r/deploy"],
    [{ dir: "/r", configPath: "deploy" }, "/r/deploy/fly.toml", "/r"],
    [{ dir: "/r", configPath: "deploy/other.toml" }, "/r/deploy/other.toml", "/r"],
    [{ dir: "/r/a", configPath: "/r/deploy/other.toml" }, "/r/deploy/other.toml", "/r/a"],
  ])("finds the file for %j", async (input, file, contextDir) => {
    expect(await loadAppConfig(input, depsOf(repository))).toMatchObject({ file, contextDir });
  });

  test("does not look above a folder that is in no repository, nor above the repository", async () => {
    const failure = { code: "CONFIG_NOT_FOUND", suggestions: ["hangar launch"] };
    await expect(loadAppConfig({ dir: "/home/me" }, depsOf({ "/home/fly.toml": "app = 'x'" }))).rejects.toMatchObject(
      failure,
    );
    await expect(
      loadAppConfig({ dir: "/home/me" }, depsOf({ "/home/fly.toml": "app = 'x'", "/home/me/.git/HEAD": "" })),
    ).rejects.toMatchObject(failure);
    await expect(loadAppConfig({ dir: "/r", configPath: "none.toml" }, depsOf(repository))).rejects.toMatchObject({
      ...failure,
      message: expect.stringContaining("/r/none.toml"),
    });
  });

  test("fails with every problem, each with its line and a caret", async () => {
    const deps = depsOf({ "/p/fly.toml": "[http_service]\ninternal_port = 0.5\nforce_https = 1\n" });
    await expect(loadAppConfig({ dir: "/p" }, deps)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: [
        "fly.toml has 2 problems:",
        "fly.toml:2:1: internal_port must be a whole number from 1 to 65535, not 0.5",
        "  2 | internal_port = 0.5",
        "      ^",
        "  → internal_port takes a whole number from 1 to 65535",
        "fly.toml:3:1: force_https must be true or false, not 1",
        "  3 | force_https = 1",
        "      ^",
        "  → force_https takes true or false",
      ].join("\n"),
      details: { problems: [{ line: 2 }, { line: 3 }] },
    });
  });

  test("hands warnings on", async () => {
    const { warnings } = await loadAppConfig(
      { dir: "/p" },
      depsOf({ "/p/fly.toml": "[deploy]\nwait_timeout = 300\n" }),
    );
    expect(warnings).toHaveLength(1);
  });
});

describe("findDockerfile", () => {
  const place = { configDir: "/p/deploy", contextDir: "/p" };
  const deps = depsOf({ "/p/dockerfile": "", "/p/Containerfile": "", "/p/deploy/Dockerfile.prod": "" });

  test("takes the one that [build] names, relative to its file, else the first usual name", async () => {
    expect(await findDockerfile({ ...place, build: { args: {}, dockerfile: "Dockerfile.prod" } }, deps)).toBe(
      "/p/deploy/Dockerfile.prod",
    );
    expect(await findDockerfile({ ...place, build: { args: {} } }, deps)).toBe("/p/dockerfile");
  });

  test.each([
    [{ args: {}, dockerfile: "nope" }, "/p/deploy/nope"],
    [{ args: {}, dockerfile: "https://example.com/Dockerfile" }, "does not fetch"],
    [{ args: {}, otherBuilder: "buildpacks" }, "buildpacks"],
  ])("refuses %j", async (build, word) => {
    await expect(findDockerfile({ ...place, build }, deps)).rejects.toMatchObject({
      code: "DOCKERFILE_NOT_FOUND",
      message: expect.stringContaining(word),
    });
  });
});

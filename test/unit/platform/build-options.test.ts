// What of a build reaches the Docker client, and how: secrets by its environment, never by its arguments.
import { describe, expect, test } from "vitest";
import { buildArguments, buildImage, type BuildImageInput } from "../../../src/platform/docker-build.ts";
import { pushImage } from "../../../src/platform/docker-push.ts";
import type { exec, ExecOptions } from "../../../src/platform/exec.ts";
import { createTestClock } from "../../support/test-clock.ts";

const CANARY = "canary-value-of-a-secret";
const input: BuildImageInput = {
  contextDir: "/app",
  dockerfile: "/app/Dockerfile",
  tag: "shop:latest",
  args: {},
  secrets: { npm: CANARY },
};

/** An exec whose client has the given version, and which keeps what it was called with. */
function recorder(
  version: string,
  exitCode = 1,
): { exec: typeof exec; calls: { args: readonly string[]; options: ExecOptions }[] } {
  const calls: { args: readonly string[]; options: ExecOptions }[] = [];
  return {
    calls,
    exec: async (_file, args, options) => {
      const result = { stdout: "", stderr: "denied: who are you", durationMs: 1 };
      if (args[0] === "version") return { ...result, exitCode: 0, stdout: `${version} 20.10.24` };
      if (args[0] === "buildx") return { ...result, exitCode: 1 };
      calls.push({ args, options: { ...options } });
      return { ...result, exitCode };
    },
  };
}

describe("build secrets", () => {
  test("are named in the arguments, and their values are in the environment alone", async () => {
    const { exec: run, calls } = recorder("20.10.24");
    await expect(buildImage(input, { exec: run, clients: async () => ["/docker"] })).rejects.toThrow();
    const [call] = calls;
    expect(call?.args).toContain("id=npm,env=HANGAR_BUILD_SECRET_1");
    expect(JSON.stringify(call?.args)).not.toContain(CANARY);
    expect(call?.options.env).toMatchObject({ HANGAR_BUILD_SECRET_1: CANARY });
  });
  test("are refused at once by a machine that has the classic builder only, which says what it lacks", async () => {
    const { exec: run, calls } = recorder("28.2.2");
    const lines: string[] = [];
    const build = buildImage(
      { ...input, onLine: (line) => lines.push(line) },
      { exec: run, clients: async () => ["/docker"] },
    );
    await expect(build).rejects.toMatchObject({
      code: "BUILD_FAILED",
      message: expect.stringContaining("need BuildKit"),
    });
    expect(calls).toEqual([]);
    expect(lines).toEqual([expect.stringContaining("no secrets, cache mounts or ignorefile")]);
  });
});

test("--no-cache builds every step anew", () => {
  expect(buildArguments({ ...input, noCache: true }, "buildkit", "/id")).toContain("--no-cache");
  expect(buildArguments(input, "buildkit", "/id")).not.toContain("--no-cache");
});

test("a push that is refused says why", async () => {
  const { exec: run } = recorder("20.10.24");
  await expect(
    pushImage(
      "shop:1",
      { configDir: "/none", clock: createTestClock() },
      { exec: run, clients: async () => ["/docker"] },
    ),
  ).rejects.toMatchObject({
    code: "PUSH_FAILED",
    message: "shop:1 could not be pushed: denied: who are you",
  });
});

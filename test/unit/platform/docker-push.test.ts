// How an image is pushed: where the token goes, what is tried again, and what is left afterwards.
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { pushImage } from "../../../src/platform/docker-push.ts";
import type { exec, ExecOptions } from "../../../src/platform/exec.ts";
import { createTestClock } from "../../support/test-clock.ts";
import { withTempDir } from "../../support/temp-dir.ts";

const CANARY = "fm2_canary-value-of-a-token";
const DIGEST = `sha256:${"a".repeat(64)}`;
const credentials = { host: "registry.test", user: "x", password: CANARY };

interface Push {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: Record<string, unknown> | undefined;
  readonly mode: number | undefined;
}

/** A client whose pushes end with the given errors in turn, and then well. */
function client(errors: readonly string[]): { readonly pushes: Push[]; readonly exec: typeof exec } {
  const pushes: Push[] = [];
  const left = [...errors];
  const run = async (_file: string, args: readonly string[], options: ExecOptions = {}) => {
    if (args[0] === "version") return { exitCode: 0, stdout: "20.10.24 20.10.24", stderr: "", durationMs: 1 };
    if (args[0] !== "push") return { exitCode: 1, stdout: "", stderr: "", durationMs: 1 };
    const file = path.join(options.env?.["DOCKER_CONFIG"] ?? "/none", "config.json");
    const own = existsSync(file);
    pushes.push({
      args,
      env: options.env ?? {},
      config: own ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>) : undefined,
      mode: own ? statSync(file).mode & 0o777 : undefined,
    });
    options.onLine?.("0123456789ab: Pushed", "stdout");
    const error = left.shift();
    return error === undefined
      ? { exitCode: 0, stdout: `one: digest: ${DIGEST} size: 528`, stderr: "", durationMs: 1 }
      : { exitCode: 1, stdout: "", stderr: `${error}\n`, durationMs: 1 };
  };
  return { pushes, exec: run };
}

describe("a push with a token", () => {
  test("has it in a private file of this one run, and nowhere else", async () => {
    const { pushes, exec: run } = client([]);
    const seen: string[] = [];
    const digest = await withTempDir((configDir) =>
      pushImage(
        "registry.test/shop:one",
        { credentials, configDir, clock: createTestClock(), onProgress: (text) => void seen.push(text) },
        { exec: run, clients: async () => ["/docker"] },
      ),
    );
    expect(digest).toBe(DIGEST);
    const [push] = pushes;
    expect(push?.args).toEqual(["push", "registry.test/shop:one"]);
    expect(JSON.stringify([push?.args, push?.env, seen])).not.toContain(CANARY);
    expect(push?.config?.["auths"]).toEqual({
      "registry.test": { auth: Buffer.from(`x:${CANARY}`).toString("base64") },
    });
    expect(push?.mode).toBe(0o600);
    expect(existsSync(push?.env["DOCKER_CONFIG"] ?? "")).toBe(false);
    expect(seen).toEqual(["1/1 layers"]);
  });

  test("is tried again where the way failed, and not where the registry says no", async () => {
    const clock = createTestClock();
    const flaky = client(["received unexpected HTTP status: 502 Bad Gateway", "EOF"]);
    const options = { credentials, configDir: "/none", clock };
    await pushImage("registry.test/shop:one", options, { exec: flaky.exec, clients: async () => ["/docker"] });
    expect(flaky.pushes).toHaveLength(3);
    expect(clock.sleptMs).toEqual([500, 1_000]);

    const refused = client(["denied: requested access to the resource is denied"]);
    const work = pushImage("registry.test/shop:one", options, { exec: refused.exec, clients: async () => ["/docker"] });
    await expect(work).rejects.toMatchObject({
      code: "PUSH_FAILED",
      message: expect.not.stringContaining(CANARY) as string,
    });
    expect(refused.pushes).toHaveLength(1);
    expect(existsSync(refused.pushes[0]?.env["DOCKER_CONFIG"] ?? "")).toBe(false);
  });
});

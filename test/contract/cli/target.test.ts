// A target chosen once or in the environment: nothing acts elsewhere than its user expects.
import { readdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../../support/run-cli.ts";
import { withTempDir } from "../../support/temp-dir.ts";

describe("target", () => {
  test("is remembered, shown with its source, and overruled by the environment", async () => {
    await withTempDir(async (dir) => {
      const env = { HANGAR_STATE_DIR: dir };
      const shown = async (more: Record<string, string> = {}): Promise<unknown> =>
        JSON.parse((await runCli(["target", "show", "--json"], { env: { ...env, ...more } })).stdout);
      expect(await shown()).toEqual({ name: "local", source: "default" });
      expect((await runCli(["target", "use", "fly"], { env })).exitCode).toBe(0);
      expect(await shown()).toEqual({ name: "fly", source: "hangar target use" });
      expect(await shown({ HANGAR_TARGET: "local" })).toEqual({ name: "local", source: "HANGAR_TARGET" });
      expect((await runCli(["target", "use", "mars", "--json"], { env })).exitCode).toBe(2);
      expect(await shown()).toEqual({ name: "fly", source: "hangar target use" });
    });
  });

  test.each([["open --app shop --region syd"], ["dev"]])("%s says that it cannot act there", async (command) => {
    await withTempDir(async (dir) => {
      const env = { HANGAR_STATE_DIR: dir, HANGAR_TARGET: "fly", FLY_API_TOKEN: "fo1_none" };
      const { exitCode, stdout } = await runCli([...command.split(" "), "--json"], { env });
      expect([exitCode, JSON.parse(stdout).error.code]).toEqual([2, "TARGET_UNSUPPORTED"]);
    });
  });

  test("launch writes nothing where it cannot deploy, and asks before it deploys elsewhere", async () => {
    await withTempDir(async (dir) => {
      const env = { HANGAR_STATE_DIR: path.join(dir, "state"), FLY_API_TOKEN: "", FLY_ACCESS_TOKEN: "" };
      const words = ["launch", path.join(dir, "app"), "--template", "where-am-i", "--target", "fly"];
      const signedOut = await runCli([...words, "--yes", "--json"], { env });
      expect([signedOut.exitCode, JSON.parse(signedOut.stdout).error.code]).toEqual([4, "SIGNED_OUT"]);
      const unasked = await runCli(words, { env: { ...env, FLY_API_TOKEN: "fo1_none" } });
      expect(unasked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("Target: Fly.io (--target)") });
      expect(unasked.stderr).toContain("deploy to Fly.io?");
      expect(await readdir(dir)).toEqual([]);
    });
  });

  test.each([
    ["machine list -a shop"],
    ["status -a shop"],
    ["logs -a shop"],
    ["apps list"],
    ["open -a shop"],
    ["proxy 80 -a shop"],
    ["apps destroy shop --yes"],
    ["releases -a shop"],
    ["rollback -a shop"],
    ["scale show -a shop"],
    ["scale count 2 -a shop"],
  ])("%s can act there, and asks for a token first", async (command) => {
    await withTempDir(async (dir) => {
      const env = { HANGAR_STATE_DIR: dir, FLY_API_TOKEN: "", FLY_ACCESS_TOKEN: "" };
      const { exitCode, stdout } = await runCli([...command.split(" "), "--target", "fly", "--json"], { env });
      expect([exitCode, JSON.parse(stdout).error.code]).toEqual([4, "SIGNED_OUT"]);
    });
  });
});

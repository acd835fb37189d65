import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildLoader, sourceDigest } from "../../../../scripts/build-machine-loader.ts";
import { LOADER_SOURCE_SHA256, LOADERS } from "../../../../src/emulator/machines/loader/binaries.ts";
import { loaderFor, loaderInput } from "../../../../src/emulator/machines/loader/loader.ts";

const ARCHITECTURE = process.arch === "arm64" ? "aarch64" : "x86_64";
const hasCompiler = spawnSync(`${ARCHITECTURE}-linux-gnu-gcc`, ["--version"]).status === 0;

test("the kept programs are those of the present source, for both processors", () => {
  expect(LOADER_SOURCE_SHA256).toBe(sourceDigest());
  const machine = (architecture: string): number => Buffer.from(LOADERS[architecture] ?? "", "base64").readUInt16LE(18);
  expect([machine("x86_64"), machine("aarch64")]).toEqual([0x3e, 0xb7]);
  expect(loaderFor("riscv64")).toBeUndefined();
});

describe.runIf(process.platform === "linux")("the loader", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "hangar-loader-test-"));
    writeFileSync(path.join(folder, "kept"), loaderFor(ARCHITECTURE) ?? "");
    chmodSync(path.join(folder, "kept"), 0o755);
    if (!hasCompiler) return;
    writeFileSync(path.join(folder, "built"), buildLoader(ARCHITECTURE));
    chmodSync(path.join(folder, "built"), 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  for (const which of hasCompiler ? ["kept", "built"] : ["kept"]) {
    const run = (
      args: readonly string[],
      input: Uint8Array,
      env: Record<string, string> = {},
    ): { status: number | null; stdout: string; stderr: string } => {
      const { status, stdout, stderr } = spawnSync(path.join(folder, which), args, { input, env, encoding: "utf8" });
      return { status, stdout, stderr };
    };

    test(`(${which}) puts the variables before those of the same name, and keeps all others`, () => {
      const { status, stdout } = run(["/usr/bin/env"], loaderInput({ TOKEN: "a=b c\n1", SHORT: "" }), {
        TOKEN: "old",
        TOKENS: "2",
        OTHER: "3",
      });
      expect(status).toBe(0);
      expect(stdout.split("\n").filter((line) => line !== "")).toEqual([
        "TOKEN=a=b c",
        "1",
        "SHORT=",
        "TOKENS=2",
        "OTHER=3",
      ]);
    });
    test(`(${which}) finds programs along the path that they will have`, () => {
      expect(run(["env"], loaderInput({ PATH: "/none:/usr/bin" }), { PATH: "/nowhere" }).stdout).toBe(
        "PATH=/none:/usr/bin\n",
      );
      expect(run(["env"], loaderInput({ A: "1" })).stdout).toBe("A=1\n");
      expect(run(["no-such-program"], loaderInput({}))).toEqual({
        status: 127,
        stdout: "",
        stderr: "exec: no-such-program: not found\n",
      });
      expect(run(["/etc/passwd"], loaderInput({})).status).toBe(126);
    });
    test(`(${which}) leaves the program nothing to read, and no open file but its own three`, () => {
      const { stdout } = run(["/bin/sh", "-c", "cat; ls /proc/$$/fd"], loaderInput({ SECRET: "s".repeat(100_000) }));
      // ls opens nothing in the shell's own table
      expect(stdout.split("\n").filter((line) => line !== "" && Number(line) <= 2)).toEqual(["0", "1", "2"]);
    });
    test(`(${which}) starts nothing without the whole of its input`, () => {
      const whole = loaderInput({ SECRET: "value" });
      for (const length of [0, 3, 4, whole.length - 1])
        expect(run(["/usr/bin/env"], whole.subarray(0, length))).toEqual({ status: 125, stdout: "", stderr: "" });
    });
  }
});

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../../support/run-cli.ts";

const { version } = JSON.parse(readFileSync(path.join(import.meta.dirname, "../../../package.json"), "utf8")) as {
  version: string;
};

describe("version", () => {
  test.each(["--version", "-v", "version"])("%s answers without a build", async (word) => {
    const { exitCode, stdout } = await runCli([word], { bin: "run.js" });
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`hangar/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
  });

  test("is JSON with --json", async () => {
    const { stdout } = await runCli(["--version", "--json"], { bin: "run.js" });
    expect(JSON.parse(stdout)).toEqual({
      version,
      platform: `${process.platform}-${process.arch}`,
      node: process.versions.node,
    });
  });
});

describe("an old Node", () => {
  const pretend = ["--import", `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.20.2"})`];

  test("is told apart before anything is loaded", async () => {
    const { exitCode, stderr } = await runCli(["regions"], { bin: "run.js", nodeArgs: pretend });
    expect(exitCode).toBe(69);
    expect(stderr).toContain(
      "Error: Node.js 20.20.2 is too old for Hangar: it needs 22.18 or newer\nCode: NODE_TOO_OLD\nTry this: ",
    );
  });

  test("is told in JSON with --json", async () => {
    const { exitCode, stdout, stderr } = await runCli(["regions", "--json"], { bin: "run.js", nodeArgs: pretend });
    expect([exitCode, stderr]).toEqual([69, ""]);
    expect(JSON.parse(stdout).error.code).toBe("NODE_TOO_OLD");
  });
});

describe("help", () => {
  test.each([[[]], [["--help"]], [["-h"]], [["help"]]])("%j lists the commands", async (args) => {
    const { exitCode, stdout } = await runCli(args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("regions");
    expect(stdout).toContain("autocomplete");
  });

  test("a command tells its flags and examples both ways", async () => {
    const [flag, word] = await Promise.all([runCli(["regions", "--help"]), runCli(["help", "regions"])]);
    expect(flag.stdout).toBe(word.stdout);
    expect(flag.stdout).toContain("$ hangar regions --from syd");
  });
});

describe("regions", () => {
  test("prints a table, and with --from the distances", async () => {
    const { exitCode, stdout, stderr } = await runCli(["regions", "--from", "iad"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout.split("\n").slice(0, 2)).toEqual([
      expect.stringMatching(/^CODE {2}NAME .* GEO .* RTT$/),
      expect.stringMatching(/^iad {3}Ashburn, Virginia \(US\) .* 0\.0 ms$/),
    ]);
  });

  test("prints coordinates with --json", async () => {
    const { stdout } = await runCli(["regions", "--json"]);
    expect(JSON.parse(stdout)[0]).toMatchObject({ code: "ams", latitude: 52.3086, longitude: 4.7639 });
  });
});

describe("wrong words", () => {
  test.each([
    [["regoins"], '"regoins" is not a command of hangar', ["hangar regions", "hangar help"]],
    [["--json", "regions"], '"--json" is not a command of hangar', ["put flags after the command", "hangar help"]],
    [["regions", "--fron", "syd"], "Nonexistent flag: --fron", ["use --from", "hangar regions --help"]],
    [["regions", "here"], "Unexpected argument: here", ["hangar regions --help"]],
    [["regions", "--from"], "Flag --from expects a value", ["hangar regions --help"]],
  ])("%j: %s", async (args, message, suggestions) => {
    const { exitCode, stdout, stderr } = await runCli([...args, "--json"]);
    expect([exitCode, stderr]).toEqual([2, ""]);
    expect(JSON.parse(stdout)).toEqual({ error: { code: "USAGE", message, suggestions } });
  });

  test("an unknown region is told on three lines, with what was meant", async () => {
    const { exitCode, stdout, stderr } = await runCli(["regions", "--from", "tokio"]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      'Error: Region "tokio" does not exist\nCode: REGION_UNKNOWN\nTry this:\n  * use nrt\n  * hangar regions\n',
    );
  });
});

test("a reader that leaves early is no failure", async () => {
  const { spawnSync } = await import("node:child_process");
  const dev = path.join(import.meta.dirname, "../../../bin/dev.js");
  const { stdout, stderr } = spawnSync(
    "bash",
    ["-c", `"$0" "$1" regions | head -1; echo "\${PIPESTATUS[0]}"`, process.execPath, dev],
    { encoding: "utf8" },
  );
  expect(stdout).toMatch(/^CODE .*\n0\n$/);
  expect(stderr).toBe("");
});

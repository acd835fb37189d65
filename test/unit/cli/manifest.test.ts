import { describe, expect, test } from "vitest";
import { hasFlag, type Manifest, type ManifestCommand, resolveCommand } from "../../../src/cli/manifest.ts";

const command = (id: string, aliases: readonly string[] = []): ManifestCommand => ({
  id,
  aliases,
  flags: {},
  relativePath: ["dist", `${id}.js`],
});
const manifest: Manifest = {
  commands: { apps: command("apps"), "apps:list": command("apps:list", ["ls"]), up: command("up") },
};

describe("resolveCommand", () => {
  test.each([
    [["up"], "up", []],
    [["up", "--json"], "up", ["--json"]],
    [["apps", "list", "x"], "apps:list", ["x"]],
    [["apps:list", "x"], "apps:list", ["x"]],
    [["apps", "other"], "apps", ["other"]],
    [["apps", "--all", "list"], "apps", ["--all", "list"]],
    [["ls", "x"], "apps:list", ["x"]],
  ])("%j is %s with %j", (argv, id, rest) => {
    expect(resolveCommand(argv, manifest)).toEqual({ command: manifest.commands[id], argv: rest });
  });

  test.each([[[]], [["nothing"]], [["--json", "up"]], [["constructor"]]])("%j is no command", (argv) => {
    expect(resolveCommand(argv, manifest)).toBeUndefined();
  });
});

describe("hasFlag", () => {
  test("finds a flag anywhere before the end of flags", () => {
    expect(hasFlag(["deploy", "-h"], "--help", "-h")).toBe(true);
    expect(hasFlag(["deploy", "--", "-h"], "--help", "-h")).toBe(false);
  });
});

import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Manifest } from "../../../src/cli/manifest.ts";

const ROOT = path.join(import.meta.dirname, "../../..");

interface Listed {
  readonly args?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly summary?: string;
  readonly examples?: readonly unknown[];
}

function commands(): [string, Manifest["commands"][string] & Listed][] {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, "oclif.manifest.json"), "utf8")) as Manifest;
  return Object.entries(manifest.commands);
}

// Scripts lean on these: taking one away, or making an argument required, breaks somebody.
test("commands, arguments, flags and aliases are those that were agreed", async () => {
  const tree = commands().map(([id, command]) => ({
    id,
    aliases: command.aliases,
    args: Object.entries(command.args ?? {}).map(([name, arg]) => (arg.required === true ? name : `[${name}]`)),
    flags: Object.values(command.flags)
      .map((flag) => (flag.char === undefined ? `--${flag.name}` : `-${flag.char}, --${flag.name}`))
      .toSorted(),
  }));
  await expect(`${JSON.stringify(tree, null, 2)}\n`).toMatchFileSnapshot("commands.json");
});

test.each(commands())("%s has a summary, examples, --json and --planet, and a text for each flag", (_, command) => {
  expect(command.summary).toMatch(/^[A-Z].*[^.]$/);
  expect(command.examples?.length ?? 0).toBeGreaterThan(0);
  expect(Object.keys(command.flags)).toEqual(expect.arrayContaining(["json", "planet"]));
  const mute = Object.values(command.flags).filter((flag) => !("summary" in flag) && !("description" in flag));
  expect(mute).toEqual([]);
});

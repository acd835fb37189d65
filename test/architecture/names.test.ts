import path from "node:path";
import { parseSync } from "oxc-parser";
import { describe, expect, test } from "vitest";
import { filesOf, textOf } from "./source-files.ts";

const FORBIDDEN = /(^|-)(utils?|helpers?|common|misc|shared|manager)(-|\.|$)|^types\.tsx?$/;
const MAX_LINES = 300;
/** Tables of facts may be as long as the facts. */
const DATA = new Set(["src/emulator/topology/regions.ts", "src/emulator/topology/rtt-matrix.ts"]);

describe("names and shapes of files", () => {
  const sources = filesOf("src/**/*.{ts,tsx}");
  const everything = [...sources, ...filesOf("scripts/**/*.ts", "test/**/*.{ts,tsx}")];

  test("files and folders are in kebab case", () => {
    const odd = everything.filter((file) => !file.split("/").every((part) => /^[a-z0-9.-]+$/.test(part)));
    expect(odd).toEqual([]);
  });

  test("no file or folder has a name that says nothing", () => {
    expect(everything.filter((file) => file.split("/").some((part) => FORBIDDEN.test(part)))).toEqual([]);
  });

  test(`no source file has more than ${MAX_LINES} lines`, () => {
    const long = sources.filter((file) => !DATA.has(file) && textOf(file).split("\n").length - 1 > MAX_LINES);
    expect(long).toEqual([]);
  });

  test("files of the emulator and of the platform begin by saying what they are for", () => {
    const mute = sources.filter((file) => /^src\/(emulator|platform)\//.test(file) && !textOf(file).startsWith("//"));
    expect(mute).toEqual([]);
  });

  test("only commands and hooks have a default export", () => {
    const odd = sources.filter((file) => !/^src\/(commands|cli\/hooks)\//.test(file) && hasDefaultExport(file));
    expect(odd).toEqual([]);
  });

  test("no barrels but the emulator's face", () => {
    expect(sources.filter((file) => path.posix.basename(file) === "index.ts")).toEqual(["src/emulator/index.ts"]);
    expect(sources.filter((file) => /^export \* from/m.test(textOf(file)))).toEqual([]);
  });

  test("failures are thrown as AppError", () => {
    const odd = sources.filter((file) => /\bthrow new (Error|TypeError|RangeError)\b/.test(textOf(file)));
    expect(odd).toEqual([]);
  });

  test("no source has a note to do something later", () => {
    const words = new RegExp(["TO", "DO|FIX", "ME|XX", "X"].join(""));
    expect(everything.filter((file) => words.test(textOf(file)))).toEqual([]);
  });

  test("a command is a thin adapter of at most 80 lines", () => {
    const thick = filesOf("src/commands/**/*.ts").filter((file) => textOf(file).split("\n").length - 1 > 80);
    expect(thick).toEqual([]);
  });

  test("templates are data", () => {
    expect(sources.filter((file) => /from "[^"]*templates\/(apps|images)\//.test(textOf(file)))).toEqual([]);
  });
});

function hasDefaultExport(file: string): boolean {
  const { module } = parseSync(file, textOf(file));
  const kinds: readonly string[] = module.staticExports.flatMap(({ entries }) =>
    entries.map((entry) => entry.exportName.kind),
  );
  return kinds.includes("Default");
}

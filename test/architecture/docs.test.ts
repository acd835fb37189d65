import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { filesOf, textOf } from "./source-files.ts";

interface ManifestCommand {
  readonly flags: Readonly<Record<string, { readonly char?: string; readonly allowNo?: boolean }>>;
}

const ROOT = path.join(import.meta.dirname, "../..");
const PAGES = filesOf("*.md", "docs/**/*.md", "data/**/*.md");
const ADRS = filesOf("docs/adr/*.md");
const { commands } = JSON.parse(textOf("oclif.manifest.json")) as {
  commands: Readonly<Record<string, ManifestCommand>>;
};
/** Words after `hangar` that are oclif's or the executable's own. */
const BUILT_IN = new Set(["help", "autocomplete", "version"]);

describe("pages", () => {
  test("links lead to files and headings that exist", () => {
    expect(PAGES.flatMap((page) => brokenLinks(page, textOf(page)))).toEqual([]);
  });

  test("paths of the repository that are named in backticks exist", () => {
    expect(PAGES.flatMap((page) => missingPaths(page, textOf(page)))).toEqual([]);
  });

  test("commands that are named exist and have the flags they are given", () => {
    expect(PAGES.flatMap((page) => unknownCommands(page, textOf(page)))).toEqual([]);
  });

  test("no page points out of the repository or at a place on somebody's machine", () => {
    expect(PAGES.flatMap((page) => pathsOutside(page, textOf(page)))).toEqual([]);
  });

  test("ARCHITECTURE.md is one page", () => {
    expect(textOf("ARCHITECTURE.md").split("\n").length - 1).toBeLessThanOrEqual(80);
  });

  test("each decision is one page with the four headings, and numbers have no gaps", () => {
    const odd = ADRS.filter((file) => {
      const headings = [...textOf(file).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      const isShort = textOf(file).split("\n").length - 1 <= 60;
      return !isShort || headings.join() !== "Status,Context,Decision,Consequences";
    });
    expect(odd).toEqual([]);
    expect(ADRS.map((file) => Number(path.posix.basename(file).slice(0, 4)))).toEqual(
      ADRS.map((_, index) => index + 1),
    );
  });

  test("every dependency has its line in ADR 0001", () => {
    const { dependencies, devDependencies } = JSON.parse(textOf("package.json")) as Record<string, object>;
    const page = textOf("docs/adr/0001-runtime-dependencies.md");
    const isTypes = (name: string): boolean => name.startsWith("@types/") && page.includes("`@types/*`");
    const names = [...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})];
    expect(names.filter((name) => !isTypes(name) && !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe("the checks of pages themselves", () => {
  test.each([
    ["a missing file", "[x](nowhere.md)"],
    ["a missing heading", "[x](ARCHITECTURE.md#nowhere)"],
  ])("find %s", (_, text) => {
    expect(brokenLinks("README.md", text)).toHaveLength(1);
  });

  test("find a path that is gone", () => {
    expect(missingPaths("README.md", "`src/nowhere.ts`")).toHaveLength(1);
  });

  test.each([
    ["an unknown command in a line", "run `hangar frobnicate`"],
    ["an unknown command in a block", "```sh\n$ hangar apps frobnicate\n```"],
    ["an unknown flag", "`hangar up --frobnicate`"],
  ])("find %s", (_, text) => {
    expect(unknownCommands("README.md", text)).toHaveLength(1);
  });

  test.each(["../elsewhere/notes.md", "/home/somebody/hangar"])("find %s", (place) => {
    expect(pathsOutside("README.md", `see ${place}`)).toHaveLength(1);
  });
});

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, " "));
}

/** The anchor that code hosts make of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function brokenLinks(page: string, text: string): string[] {
  const targets = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .flatMap((target) => {
      const [file = "", anchor] = target.split("#");
      const resolved = file === "" ? page : path.posix.join(path.posix.dirname(page), file);
      if (!existsSync(path.join(ROOT, resolved))) return [`${page} → ${target}`];
      if (anchor === undefined) return [];
      const headings = [...textOf(resolved).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading ?? ""));
      return headings.includes(anchor) ? [] : [`${page} → ${target}`];
    });
}

function missingPaths(page: string, text: string): string[] {
  const named = [
    ...text.matchAll(/`((?:src|test|scripts|docs|data|templates|bin|\.github)\/[\w./@-]*|[\w.-]+\.(?:md|json))`/g),
  ];
  // Names of files that are made, not kept.
  const made = new Set(["world.json"]);
  return named
    .map(([, place]) => place ?? "")
    .filter((place) => !made.has(place))
    .filter(
      (place) =>
        ![place, path.posix.join(path.posix.dirname(page), place)].some((candidate) =>
          existsSync(path.join(ROOT, candidate)),
        ),
    )
    .map((place) => `${page}: ${place}`);
}

function unknownCommands(page: string, text: string): string[] {
  const blocks = [...text.matchAll(/^```(?:sh|console)?\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
    (block ?? "").split("\n"),
  );
  const inline = [...text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? "");
  return [...blocks, ...inline].flatMap((code) => {
    const line = /^(?:\$ )?hangar ([a-z].*)$/.exec(code.trim())?.[1];
    if (line === undefined) return [];
    const words = line.split(/[|#;]/)[0]?.trim().split(/\s+/) ?? [];
    const [first = "", second = "", third = ""] = words;
    if (BUILT_IN.has(first)) return [];
    const command = commands[`${first}:${second}:${third}`] ?? commands[`${first}:${second}`] ?? commands[first];
    if (command === undefined) return [`${page}: hangar ${line}`];
    const flags = new Set([
      "--help",
      ...Object.entries(command.flags).flatMap(([name, { char, allowNo }]) => [
        `--${name}`,
        `-${char ?? name}`,
        ...(allowNo === true ? [`--no-${name}`] : []),
      ]),
    ]);
    const unknown = words.filter((word) => /^--?[a-z]/.test(word) && !flags.has(word.split("=")[0] ?? ""));
    return unknown.map((flag) => `${page}: hangar ${line} (${flag})`);
  });
}

function pathsOutside(page: string, text: string): string[] {
  const climbing = [...text.matchAll(/(?:\.\.\/)+[\w./-]*/g)].map(([place]) => place);
  const outside = climbing.filter((place) => path.posix.join(path.posix.dirname(page), place).startsWith(".."));
  const homes = [...text.matchAll(/(?<![\w.~-])\/(?:home|root|Users|work)\/[\w./-]*/g)].map(([place]) => place);
  return [...outside, ...homes].map((place) => `${page}: ${place}`);
}

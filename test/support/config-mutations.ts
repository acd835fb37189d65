// What people and accidents do to the keys of a configuration, and what must never come out of it.
import { expect } from "vitest";
import { parseAppConfig } from "../../src/project/parse-app-config.ts";
import { processGroups } from "../../src/project/process-groups.ts";
import { toMachineConfig } from "../../src/project/machine-config.ts";
import { CATALOGUE } from "../../src/errors/catalogue.ts";

const OTHER_VALUES = [
  '"text"',
  '""',
  "0",
  "-1",
  "1.5",
  "1e400",
  "true",
  "[]",
  "[1, 'a']",
  "{}",
  "{ a = 1 }",
  "1979-05-27",
  "[[1]]",
  "inf",
];
const KEY = /^(\s*)([\w-]+)(\s*=\s*)(.+)$/u;

/** Every mutation of every line that sets a key, and of every header. */
export function mutationsOf(text: string): string[] {
  const lines = text.split("\n");
  const withLine = (index: number, ...instead: readonly string[]): string =>
    [...lines.slice(0, index), ...instead, ...lines.slice(index + 1)].join("\n");
  return lines.flatMap((line, index) => {
    if (line.trim() === "" || line.trim().startsWith("#")) return [];
    const both = [withLine(index), withLine(index, line, line), withLine(index, line.slice(0, -1))];
    const match = KEY.exec(line);
    if (match === null)
      return [...both, withLine(index, line.replace(/\w/u, "x")), withLine(index, line.toUpperCase())];
    const [, indent = "", key = "", equals = "", value = ""] = match;
    const swapped = `${key.slice(1, 2)}${key.slice(0, 1)}${key.slice(2)}`;
    const names = [swapped, key.slice(1), `${key}s`, key.toUpperCase(), "__proto__", "constructor", `"${key} "`];
    return [
      ...both,
      ...names.map((name) => withLine(index, `${indent}${name}${equals}${value}`)),
      ...OTHER_VALUES.map((other) => withLine(index, `${indent}${key}${equals}${other}`)),
    ];
  });
}

/** A hang is longer than this. Measured again where the machine was busy: the shortest of several runs counts. */
const MAX_MS = 100;

/** Reads a text and fails where that crashes, hangs, or gives a problem without code, place or advice. */
export function expectSound(text: string, file = "fly.toml"): void {
  let startedAt = performance.now();
  const parsed = parseAppConfig(text, file);
  let tookMs = performance.now() - startedAt;
  for (let again = 0; tookMs > MAX_MS && again < 5; again += 1) {
    startedAt = performance.now();
    parseAppConfig(text, file);
    tookMs = Math.min(tookMs, performance.now() - startedAt);
  }
  if (tookMs > MAX_MS) expect.fail(`${tookMs} ms for ${JSON.stringify(text.slice(0, 2_000))}`);
  const lines = text.split("\n").length;
  for (const problem of parsed.problems) {
    const isSound =
      Object.hasOwn(CATALOGUE, problem.code) &&
      problem.message !== "" &&
      (problem.suggestion ?? "") !== "" &&
      problem.line >= 1 &&
      problem.line <= lines &&
      problem.column >= 1;
    if (!isSound) expect.fail(`${JSON.stringify(problem)} for ${JSON.stringify(text.slice(0, 2_000))}`);
  }
  if (parsed.config === undefined) {
    if (!parsed.problems.some(({ severity }) => severity === "error"))
      expect.fail(`no error for ${JSON.stringify(text)}`);
    return;
  }
  for (const group of processGroups(parsed.config)) toMachineConfig(parsed.config, group, "image");
  if (Object.getOwnPropertyNames(Object.prototype).includes("polluted")) expect.fail("a prototype was changed");
}

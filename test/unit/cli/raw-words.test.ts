import { describe, expect, test } from "vitest";
import { guardWords } from "../../../src/cli/raw-words.ts";

const FLAGS = [
  { name: "app", char: "a", type: "option" },
  { name: "machine", char: "m", type: "option" },
  { name: "config", char: "c", type: "option" },
  { name: "json", type: "boolean" },
];
const guard = (line: string): string => guardWords(line.split(" "), FLAGS, { count: 1, orFlag: "machine" }).join(" ");

describe("the words of a command that is run by ours", () => {
  test.each([
    ["web sh -c x", "web -- sh -c x"],
    ["web df -h", "web -- df -h"],
    ["--json web ls --json", "--json web -- ls --json"],
    ["web --json ls -a", "web --json -- ls -a"],
    ["--app shop web ls", "--app shop web -- ls"],
    ["--app=shop -ashop web ls", "--app=shop -ashop web -- ls"],
    ["-m web ls -l", "-m web -- ls -l"],
    ["env --app shop", "env --app shop"],
    ["web -- ls -l", "web -- ls -l"],
    ["-- web ls -l", "-- web ls -l"],
    ["web cat -", "web -- cat -"],
  ])("%s", (line, guarded) => {
    expect(guard(line)).toBe(guarded);
  });
});

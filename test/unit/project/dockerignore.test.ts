import { describe, expect, test } from "vitest";
import { parseDockerignore } from "../../../src/project/dockerignore.ts";

describe(".dockerignore", () => {
  test.each<[string, string, boolean]>([
    ["node_modules", "node_modules", true],
    ["node_modules", "node_modules/a/b.js", true],
    ["node_modules", "lib/node_modules/a", false],
    ["**/node_modules", "lib/node_modules/a", true],
    ["*.md", "README.md", true],
    ["*.md", "docs/README.md", false],
    ["**/*.md", "docs/a/README.md", true],
    ["docs/**", "docs/a/b", true],
    ["/dist/", "dist/x", true],
    ["./dist", "dist", true],
    ["a?c", "abc", true],
    ["a[bc]d", "acd", true],
    ["a[^b]d", "abd", false],
    ["a.c", "abc", false],
    ["# comment", "# comment", false],
    ["*\n!keep.js", "keep.js", false],
    ["*\n!keep.js", "other.js", true],
    ["*.md\n!README.md\nREADME.md", "README.md", true],
    ["lib\n!lib/a.js", "lib/a.js", false],
    ["", "anything", false],
  ])("%j: %s is left out: %s", (text, path, ignored) => {
    expect(parseDockerignore(text).ignores(path)).toBe(ignored);
  });

  test("a folder is closed only where no exception can open it", () => {
    expect(parseDockerignore("lib").ignoresAllIn("lib")).toBe(true);
    expect(parseDockerignore("lib\n!lib/a.js").ignoresAllIn("lib")).toBe(false);
    expect(parseDockerignore("lib").ignoresAllIn("src")).toBe(false);
  });
});

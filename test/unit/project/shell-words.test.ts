import { describe, expect, test } from "vitest";
import { splitShellWords } from "../../../src/project/shell-words.ts";

describe("commands", () => {
  test.each([
    ["node server.js", ["node", "server.js"]],
    ["sh -c 'A=1 npm start'", ["sh", "-c", "A=1 npm start"]],
    ['echo "a \\" b"  c', ["echo", 'a " b', "c"]],
    ["a\\ b ''", ["a b", ""]],
    ["run # not this", ["run"]],
    ["a#b", ["a#b"]],
    ["", []],
    ["'open", undefined],
    ["open\\", undefined],
  ])("splits %j", (command, expected) => {
    expect(splitShellWords(command)).toEqual(expected);
  });
});

import { expect, test } from "vitest";
import { separateCommand } from "../../../src/cli/command-words.ts";

const FLAGS = {
  json: { type: "boolean" },
  app: { type: "option", char: "a" },
  machine: { type: "option", char: "m" },
} as const;

test.each([
  ["the first word is the machine", "web-1 sh -c x", "web-1 -- sh -c x"],
  ["flags before it are ours", "-a shop --json web-1 sh -c x", "-a shop --json web-1 -- sh -c x"],
  ["... and their values are no machine", "--app=shop -ashop web-1 ls", "--app=shop -ashop web-1 -- ls"],
  ["flags behind the machine are ours", "web-1 --app shop ls -l", "web-1 --app shop -- ls -l"],
  ["a flag names the machine", "-m web-1 sh -c x", "-m web-1 -- sh -c x"],
  ["... in one word", "--machine=web-1 ls -l --json", "--machine=web-1 -- ls -l --json"],
  ["... behind other words", "sh -mweb-1 -a shop ls", "sh -mweb-1 -a shop -- ls"],
  ["- is a word", "web-1 - -a", "web-1 -- - -a"],
  ["a flag that is not known has no value", "--what web-1 ls -l", "--what web-1 -- ls -l"],
  ["-- is there", "web-1 -- ls -l", "web-1 -- ls -l"],
  ["-- is the command's", "web-1 git checkout -- file", "web-1 -- git checkout -- file"],
  ["a single word is followed by our flags", "web-1 env --app shop --machine=x", "web-1 env --app shop --machine=x"],
  ["... with values", "web-1 env --json", "web-1 -- env --json"],
  ["... that are there", "web-1 env --app", "web-1 -- env --app"],
  ["... and nothing else", "web-1 env --app shop --all", "web-1 -- env --app shop --all"],
  ["one word alone", "env --app shop", "env --app shop"],
  ["nothing", "--json", "--json"],
])("%s: %s", (_name, words, expected) => {
  expect(separateCommand(words.split(" "), FLAGS)).toEqual(expected.split(" "));
});

test("flags behind a line are ours", () => {
  const words = ["web-1", "ls -l", "--json"];
  expect(separateCommand(words, FLAGS)).toEqual(words);
});

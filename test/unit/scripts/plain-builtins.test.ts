import { expect, test } from "vitest";
import { takePlainly } from "../../../scripts/build/plain-builtins.ts";

const take = (specifier: string): string => `globalThis.process.getBuiltinModule("${specifier}")`;

test.each([
  ['import path from "node:path";', `const path = ${take("node:path")};`],
  ['import { a, b as c$1 } from "node:fs";', `const { a, b: c$1 } = ${take("node:fs")};`],
  ['import os$1, { tmpdir } from "os";', `const os$1 = ${take("os")}; const { tmpdir } = ${take("os")};`],
  ['import * as fs from "node:fs";', 'import * as fs from "node:fs";'],
  ['import { a } from "./chunks/a.js";', 'import { a } from "./chunks/a.js";'],
  ['import koffi from "koffi";', 'import koffi from "koffi";'],
  ['import "node:process";', 'import "node:process";'],
])("%s", (statement, expected) => {
  expect(takePlainly(`${statement}\nrest();`)).toBe(`${expected}\nrest();`);
});

import { createContext, runInContext } from "node:vm";
import { expect, test } from "vitest";
import { makeLazy } from "../../../scripts/build/lazy-requires.ts";

const MODULE = `
const node_path_1 = require("node:path");
const thing_1 = __importDefault(require("./thing"));
class Extended extends node_path_1.Base {}
exports.make = () => new thing_1.default("made");
exports.call = () => (0, thing_1.default.say)();
`;

test("a module is loaded when it is first used, and once", () => {
  const loaded: string[] = [];
  const exports: Record<string, () => unknown> = {};
  class Thing {
    static say = (): string => "said";
    readonly name: string;
    constructor(name: string) {
      this.name = name;
    }
  }
  const require = (specifier: string): unknown => {
    loaded.push(specifier);
    return specifier === "node:path" ? { Base: class {} } : Thing;
  };
  runInContext(
    makeLazy(MODULE),
    createContext({ exports, require, __importDefault: (value: unknown) => ({ default: value }) }),
  );
  expect(loaded).toEqual(["node:path"]);
  expect(exports["make"]?.()).toEqual(new Thing("made"));
  expect(exports["call"]?.()).toBe("said");
  expect(loaded).toEqual(["node:path", "./thing"]);
});

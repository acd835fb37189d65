import { expect, test } from "vitest";
import { resolveStateDir } from "../../../src/platform/state-dir.ts";

test.each([
  [{}, "/home/me/.local/state/hangar"],
  [{ XDG_STATE_HOME: "/state" }, "/state/hangar"],
  [{ XDG_STATE_HOME: "relative" }, "/home/me/.local/state/hangar"],
  [{ HANGAR_STATE_DIR: "/mine", XDG_STATE_HOME: "/state" }, "/mine"],
  [{ HANGAR_STATE_DIR: "" }, "/home/me/.local/state/hangar"],
])("%j puts the state into %s", (env, expected) => {
  expect(resolveStateDir({ env, home: "/home/me" })).toBe(expected);
});

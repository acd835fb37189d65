import { describe, expect, test } from "vitest";
import { type DeployFlags, deployInput } from "../../../../src/cli/flags/deploy.ts";

const secrets = (words: readonly string[], env = {}) =>
  deployInput({ "build-secret": words } as unknown as DeployFlags, { cwd: "/app", env }).build?.secrets;

describe("--build-secret", () => {
  test("takes its value from the argument, or from the environment, where other users do not see it", () => {
    expect(secrets(["A=1", "B", "C=a=b"], { A: "other", B: "from here" })).toEqual({
      A: "1",
      B: "from here",
      C: "a=b",
    });
  });

  test("says what is missing", () => {
    expect(() => secrets(["B"])).toThrow(
      expect.objectContaining({ code: "USAGE", message: expect.stringContaining("B has no value") }),
    );
    expect(() => secrets(["=1"])).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

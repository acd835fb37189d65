import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { confirm } from "../../../../src/cli/output/prompt.ts";

function answering(answer: string | undefined) {
  const input = new PassThrough();
  if (answer === undefined) input.end();
  else input.write(`${answer}\n`);
  return { yes: false, interactive: true, input, output: new PassThrough() };
}

describe("confirm", () => {
  test.each([
    ["y", true],
    ["Yes", true],
    ["n", false],
    ["", false],
    ["yep", false],
  ])("the answer %j is %s", async (answer, agrees) => {
    expect(await confirm("Sure?", answering(answer))).toBe(agrees);
  });

  test("the end of the input is a no", async () => {
    expect(await confirm("Sure?", answering(undefined))).toBe(false);
  });

  test("--yes answers without asking", async () => {
    expect(await confirm("Sure?", { yes: true, interactive: false })).toBe(true);
  });

  test("refuses when nobody can answer, and names the flag", async () => {
    await expect(confirm("Destroy?", { yes: false, interactive: false })).rejects.toMatchObject({
      code: "CONFIRMATION_REQUIRED",
      suggestions: ["pass --yes to agree"],
    });
  });

  test("ends with the signal's reason", async () => {
    const controller = new AbortController();
    const { input, output } = answering("");
    const asked = confirm("Sure?", {
      yes: false,
      interactive: true,
      signal: controller.signal,
      input: new PassThrough(),
      output,
    });
    controller.abort(new Error("interrupted"));
    await expect(asked).rejects.toThrow("interrupted");
    input.destroy();
  });
});

import { describe, expect, test } from "vitest";
import { exec } from "../../../src/platform/exec.ts";

const node = (code: string): [string, string[]] => [process.execPath, ["-e", code]];

describe("exec", () => {
  test("answers with what the program wrote and how it ended", async () => {
    const result = await exec(
      ...node("process.stdout.write('out'); process.stderr.write('err'); process.exitCode = 3"),
    );
    expect(result).toMatchObject({ exitCode: 3, stdout: "out", stderr: "err" });
  });

  test("gives the program its input and added environment", async () => {
    const code = "process.stdin.pipe(process.stdout); process.stdout.write(process.env.ADDED)";
    expect(await exec(...node(code), { input: "typed", env: { ADDED: "added " } })).toMatchObject({
      exitCode: 0,
      stdout: "added typed",
    });
  });

  test("hands on lines while the program runs", async () => {
    const lines: string[] = [];
    await exec(...node("console.log('a'); console.error('b')"), {
      onLine: (line, stream) => lines.push(`${stream} ${line}`),
    });
    expect(lines.toSorted()).toEqual(["stderr b", "stdout a"]);
  });

  test("names a program that is not there", async () => {
    await expect(exec("hangar-no-such-program", [])).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("ends the program at its deadline", async () => {
    await expect(exec(...node("setInterval(() => {}, 1000)"), { timeoutMs: 50 })).rejects.toMatchObject({
      code: "DEADLINE",
    });
  });

  test("ends the program with the signal's reason", async () => {
    const controller = new AbortController();
    const running = exec(...node("console.log('up'); setInterval(() => {}, 1000)"), {
      signal: controller.signal,
      onLine: () => controller.abort(new Error("interrupted")),
    });
    await expect(running).rejects.toThrow("interrupted");
  });
});

import { describe, expect, test } from "vitest";
import { createProgress, formatSeconds, renderEvent } from "../../../../src/cli/output/progress.ts";
import { showProgress } from "../../../../src/cli/output/show-progress.ts";
import type { Terminal } from "../../../../src/platform/terminal.ts";
import { createTestClock } from "../../../support/test-clock.ts";

function recordedProgress() {
  const clock = createTestClock();
  const progress = createProgress(clock);
  const lines: string[] = [];
  progress.subscribe((event) => {
    const line = renderEvent(event);
    if (line !== undefined) lines.push(line);
  });
  return { clock, progress, lines };
}

describe("createProgress", () => {
  test("keeps steps in the order of their first mention, with their times", () => {
    const { clock, progress } = recordedProgress();
    progress.plan("m1", "iad");
    progress.start("build", "Build");
    clock.advance(1500);
    progress.done("build", "3 layers");
    progress.start("m1", "iad 3d8d9");
    const [first, second] = progress.snapshot().steps;
    expect(first).toMatchObject({ id: "m1", title: "iad 3d8d9", state: "running", text: undefined });
    expect(second).toMatchObject({ id: "build", state: "done", text: "3 layers" });
    expect((second?.endedAtMs ?? 0) - (second?.startedAtMs ?? 0)).toBe(1500);
  });

  test("never changes a snapshot that was taken", () => {
    const { progress } = recordedProgress();
    progress.start("build", "Build");
    const before = progress.snapshot();
    progress.update("build", "step 1");
    progress.log("line");
    expect(before).toEqual({ steps: [expect.objectContaining({ text: undefined })], lines: [] });
    expect(progress.snapshot()).not.toBe(before);
    expect(progress.snapshot()).toBe(progress.snapshot());
  });

  test("tells nobody who has left", () => {
    const { progress } = recordedProgress();
    let calls = 0;
    const leave = progress.subscribe(() => (calls += 1));
    progress.log("a");
    leave();
    progress.log("b");
    expect(calls).toBe(1);
  });
});

describe("renderEvent", () => {
  test("makes one line of each event that is worth one", () => {
    const { clock, progress, lines } = recordedProgress();
    progress.plan("m1", "iad");
    progress.start("build", "Build");
    progress.update("build", "step 1");
    progress.log("#1 output");
    clock.advance(61_000);
    progress.done("build");
    progress.start("m1", "iad");
    clock.advance(250);
    progress.fail("m1", "exit code 3");
    expect(lines).toEqual([
      "Build",
      "Build: step 1",
      "#1 output",
      "Build: done (1 min 1 s)",
      "iad",
      "iad: failed: exit code 3 (0.3 s)",
    ]);
  });
});

describe("showProgress", () => {
  const terminal = (lines: string[]): Terminal => ({
    stdinIsTty: false,
    stdoutIsTty: false,
    stderrIsTty: false,
    columns: undefined,
    stdoutColor: false,
    stderrColor: false,
    writeOut: () => {},
    writeError: (text) => void lines.push(text),
  });

  test("writes lines where there is no terminal, none of them twice in a row, until it is closed", async () => {
    const lines: string[] = [];
    const clock = createTestClock();
    const progress = createProgress(clock);
    const shown = await showProgress(progress, { terminal: terminal(lines), clock, env: {}, quiet: false });
    progress.start("build", "Build");
    progress.update("build", "step 1");
    progress.update("build", "step 1");
    await shown.close();
    progress.log("too late");
    expect(lines).toEqual(["Build\n", "Build: step 1\n"]);
  });

  test("is silent when asked to be", async () => {
    const lines: string[] = [];
    const clock = createTestClock();
    const progress = createProgress(clock);
    const shown = await showProgress(progress, { terminal: terminal(lines), clock, env: {}, quiet: true });
    progress.start("build", "Build");
    await shown.close();
    expect(lines).toEqual([]);
  });
});

test.each([
  [0, "0.0 s"],
  [999, "1.0 s"],
  [59_940, "59.9 s"],
  [125_000, "2 min 5 s"],
])("%i ms is %s", (ms, text) => {
  expect(formatSeconds(ms)).toBe(text);
});

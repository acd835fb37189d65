import { renderToString } from "ink";
import { expect, test } from "vitest";
import { createProgress } from "../../../../src/cli/output/progress.ts";
import { StepsView } from "../../../../src/cli/views/steps-view.tsx";
import { createTestClock } from "../../../support/test-clock.ts";

test("the view shows each step's state, text and time under the lines that stay", () => {
  const clock = createTestClock();
  const progress = createProgress(clock);
  progress.plan("m2", "nrt");
  progress.start("build", "Building");
  progress.log("#1 hello");
  clock.advance(2000);
  progress.done("build", "12 MB");
  progress.start("m1", "iad 3d8d9");
  clock.advance(500);
  progress.fail("m1", "exit code 3");
  const screen = renderToString(<StepsView progress={progress} clock={clock} />, { columns: 60 });
  // eslint-disable-next-line no-control-regex -- colours are not the subject
  const plain = screen.replace(/\u001B\[[0-9;]*m/g, "");
  expect(plain.split("\n").map((line) => line.trimEnd())).toEqual([
    "#1 hello",
    "· nrt",
    "✓ Building  12 MB 2.0 s",
    "✗ iad 3d8d9 exit code 3 0.5 s",
  ]);
});

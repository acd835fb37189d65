import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Builder, readBuildProgress } from "../../../src/platform/build-progress.ts";

/** What is shown for a recorded build: steps with their last state, and all output. */
function replay(builder: Builder, name: string) {
  const progress = readBuildProgress(builder);
  const steps = new Map<string, string>();
  const output: string[] = [];
  const text = readFileSync(path.join(import.meta.dirname, "../../fixtures/build-output", name), "utf8");
  for (const event of text.split("\n").map((line) => progress.push(line))) {
    if (event?.kind === "step") steps.set(event.step.name, event.step.state);
    if (event?.kind === "output") output.push(event.text);
  }
  return { steps: [...steps].map(([step, state]) => `${state} ${step}`), output };
}

describe("readBuildProgress", () => {
  test("reads a build by BuildKit", () => {
    expect(replay("buildkit", "buildkit-success.txt")).toEqual({
      steps: [
        "done load build definition from Dockerfile",
        "done load .dockerignore",
        "done load metadata for docker.io/library/node:24-bookworm-slim",
        "cached FROM docker.io/library/node:24-bookworm-slim",
        "done load build context",
        "done COPY a.txt .",
        "done RUN echo hello && echo err >&2 && sleep 1",
        "done exporting to image",
      ],
      output: ["hello", "err"],
    });
  });

  test("reads a build by the classic builder", () => {
    expect(replay("classic", "classic-success.txt")).toEqual({
      steps: ["done FROM node:24-bookworm-slim", "done COPY a.txt .", "done RUN echo hello && echo err >&2 && sleep 1"],
      output: ["hello", "err"],
    });
  });

  test("leaves out what a newer BuildKit repeats about a failed step", () => {
    const { output } = replay("buildkit", "buildkit-newer-run-fails.txt");
    expect(output).toEqual(["one", "two", expect.stringMatching(/^ERROR: failed to solve: .* exit code: 3$/u)]);
  });

  test("knows the place of a step among the instructions, and how long it took", () => {
    const progress = readBuildProgress("buildkit");
    progress.push("#7 [build 3/4] RUN make");
    expect(progress.push("#7 DONE 1.2s")).toEqual({
      kind: "step",
      step: { id: "7", name: "RUN make", position: { index: 3, total: 4 }, state: "done", seconds: 1.2 },
    });
  });
});

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { buildError, failedAtRegistry, reportBuild } from "../../../src/platform/build-failure.ts";
import type { Builder } from "../../../src/platform/build-progress.ts";

function recorded(name: string) {
  const text = readFileSync(path.join(import.meta.dirname, "../../fixtures/build-output", `${name}.txt`), "utf8");
  return reportBuild(name.split("-")[0] as Builder, text.split("\n"));
}

describe("buildError", () => {
  test.each([
    ["buildkit-run-fails", "step 3/3 RUN echo one && echo two >&2 && exit 3 failed"],
    ["buildkit-newer-run-fails", "step 3/3 RUN echo one && echo two >&2 && exit 3 failed"],
    ["buildkit-file-missing", 'step 2/2 COPY nope.txt . failed: "/nope.txt" not found'],
    ["buildkit-syntax-error", "dockerfile parse error line 2: unknown instruction: COPPY"],
    ["classic-run-fails", "step 3/3 RUN echo one && echo two >&2 && exit 3 failed"],
    ["classic-file-missing", "step 2/2 COPY nope.txt . failed"],
  ])("of %s names what failed", (name, expected) => {
    const error = buildError(recorded(name), "example:1");
    expect(error.code).toBe("BUILD_FAILED");
    expect(error.message).toContain(expected);
  });

  test.each(["buildkit-run-fails", "buildkit-newer-run-fails", "classic-run-fails"])(
    "of %s shows what the step printed",
    (name) => {
      expect(recorded(name).tail).toEqual(["one", "two", expect.stringContaining("3")]);
    },
  );

  test("shows the last 20 lines only", () => {
    const lines = [
      "#5 [2/2] RUN make",
      ...Array.from({ length: 30 }, (_, index) => `#5 0.1 line ${index}`),
      "#5 ERROR: exit code: 2",
    ];
    expect(reportBuild("buildkit", lines).tail).toEqual(Array.from({ length: 20 }, (_, index) => `line ${index + 10}`));
  });

  test.each(["buildkit-base-unreachable", "classic-base-unreachable"])("of %s is about the base image", (name) => {
    expect(buildError(recorded(name), "example:1")).toMatchObject({
      code: "IMAGE_NOT_FOUND",
      suggestions: ["docker pull nosuch/base:1"],
    });
  });

  test("of a full disk says so", () => {
    const report = reportBuild("buildkit", ["#5 [2/2] RUN make", "#5 ERROR: write /a: no space left on device"]);
    expect(buildError(report, "example:1").code).toBe("DISK_FULL");
  });

  test("of an engine that went away says so", () => {
    const report = reportBuild("classic", [
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    ]);
    expect(buildError(report, "example:1").code).toBe("DOCKER_UNAVAILABLE");
  });
});

describe("failedAtRegistry", () => {
  test.each([
    ["buildkit-base-unreachable", true],
    ["buildkit-frontend-unreachable", true],
    ["buildkit-run-fails", false],
    ["buildkit-file-missing", false],
    ["buildkit-syntax-error", false],
  ])("of %s is %j", (name, expected) => {
    expect(failedAtRegistry(recorded(name))).toBe(expected);
  });
});

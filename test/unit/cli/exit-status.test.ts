import { describe, expect, test } from "vitest";
import { quietInterruption } from "../../../src/cli/exit-status.ts";
import { showFailure } from "../../../src/cli/failure.ts";
import { AppError } from "../../../src/errors/app-error.ts";

describe("quietInterruption", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ])("%s ends with %i and says nothing", (signal, status) => {
    const thrown = quietInterruption(new AppError("CANCELLED", "Interrupted", { details: { signal } }));
    expect(showFailure(thrown, { argv: [], env: {} })).toBe(status);
  });

  test("leaves everything else as it is", () => {
    const other = new AppError("APP_NOT_FOUND", "no app");
    expect(quietInterruption(other)).toBe(other);
    expect(quietInterruption("text")).toBe("text");
  });
});

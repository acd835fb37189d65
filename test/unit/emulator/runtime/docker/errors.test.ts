import { describe, expect, test } from "vitest";
import recorded from "../../../../fixtures/docker-errors.json" with { type: "json" };
import { engineError, statusOf } from "../../../../../src/emulator/runtime/docker/errors.ts";
import { AppError } from "../../../../../src/errors/app-error.ts";

/** What dockerode throws for an answer of the engine; for streamed answers without the parsed body. */
function thrown(statusCode: number, message: string, streamed = false): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${message} `), {
    statusCode,
    json: streamed ? null : { message },
  });
}

describe("engineError", () => {
  test.each(recorded)("$what ($engine) is $code", ({ statusCode, message, code }) => {
    for (const streamed of [false, true]) {
      const error = engineError('start container "x"', thrown(statusCode, message, streamed), "/s");
      expect(error.code).toBe(code);
      expect(error.message).toBe(`Docker could not start container "x": ${message}`);
      expect(error.details).toEqual({ statusCode, engine: message });
      expect(statusOf(error)).toBe(statusCode);
      expect(error.cause).toBeDefined();
    }
  });

  test.each(["ENOENT", "ECONNREFUSED", "ECONNRESET", "EACCES", "ENOTFOUND"])(
    "a connection that fails with %s is DOCKER_UNAVAILABLE with a remedy",
    (code) => {
      const error = engineError("list", Object.assign(new Error("connect"), { code }), "/run/docker.sock");
      expect(error.code).toBe("DOCKER_UNAVAILABLE");
      expect(error.message).toBe(`No Docker engine answers at /run/docker.sock (${code})`);
      expect(error.suggestions.length).toBeGreaterThan(1);
    },
  );

  test("a refused socket is answered with how to get the right to it", () => {
    expect(engineError("list", Object.assign(new Error("connect"), { code: "EACCES" }), "/s").suggestions[0]).toContain(
      "usermod",
    );
  });

  test("errors of ours pass unchanged, and what nobody knows is DOCKER_FAILED", () => {
    const own = new AppError("DEADLINE", "late");
    expect(engineError("x", own, "/s")).toBe(own);
    expect(engineError("do it", "odd", "/s")).toMatchObject({
      code: "DOCKER_FAILED",
      message: "Docker could not do it: odd",
    });
  });
});

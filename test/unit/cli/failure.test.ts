import { describe, expect, test } from "vitest";
import { failureJson, failureText } from "../../../src/cli/failure.ts";
import { usageErrorOf } from "../../../src/cli/usage-error.ts";
import { AppError } from "../../../src/errors/app-error.ts";

describe("failureText", () => {
  test("puts message, code and what to try on lines of their own", () => {
    const error = new AppError("PLANET_DOWN", 'Planet "default" is not running', { suggestions: ["hangar up"] });
    expect(failureText(error)).toBe('Error: Planet "default" is not running\nCode: PLANET_DOWN\nTry this: hangar up\n');
  });

  test("lists several suggestions and names the cause", () => {
    const cause = new Error("connect ENOENT /var/run/docker.sock");
    const error = new AppError("DOCKER_UNAVAILABLE", "Docker is not running", {
      suggestions: ["a", "b"],
      ref: "docs/errors.md",
      cause,
    });
    expect(failureText(error).split("\n")).toEqual([
      "Error: Docker is not running",
      "Code: DOCKER_UNAVAILABLE",
      "Try this:",
      "  * a",
      "  * b",
      "Reference: docs/errors.md",
      "Caused by: connect ENOENT /var/run/docker.sock",
      "",
    ]);
  });

  test("does not repeat a cause that says the same", () => {
    expect(
      failureText(new AppError("INTERNAL", "x is not a function", { cause: new Error("x is not a function") })),
    ).not.toContain("Caused by");
  });
});

describe("failureJson", () => {
  test("has the four fields and nothing else", () => {
    const error = new AppError("PORT_TAKEN", "Port 4280 is taken", { details: { port: 4280 } });
    expect(failureJson(error)).toEqual({
      error: { code: "PORT_TAKEN", message: "Port 4280 is taken", suggestions: [], details: { port: 4280 } },
    });
  });
});

describe("usageErrorOf", () => {
  const parserError = (message: string, more: object = {}): Error =>
    Object.assign(new Error(message), { oclif: { exit: 2 }, ...more });

  test("makes what the parser threw a USAGE error that points to the command's help", () => {
    const thrown = parserError("Unexpected argument: x\nSee more help with --help");
    expect(usageErrorOf(thrown, ["up", "x"])).toMatchObject({
      code: "USAGE",
      message: "Unexpected argument: x",
      suggestions: ["hangar up --help"],
    });
  });

  test("suggests the flag that was meant", () => {
    const parse = { input: { flags: { regions: {}, region: {}, json: {} } } };
    const thrown = parserError("Nonexistent flag: --regons", { flags: ["--regons"], parse });
    expect(usageErrorOf(thrown, ["deploy", "--regons"])?.suggestions).toEqual([
      "use --regions",
      "hangar deploy --help",
    ]);
  });

  test("takes the parser's heading off an error of our own", () => {
    const thrown = new AppError("REGION_UNKNOWN", 'Region "xyz" does not exist', { suggestions: ["hangar regions"] });
    thrown.message = `Parsing --from \n\t${thrown.message}\nSee more help with --help`;
    expect(usageErrorOf(thrown, [])).toMatchObject({
      code: "REGION_UNKNOWN",
      message: 'Region "xyz" does not exist',
      suggestions: ["hangar regions"],
    });
  });

  test("leaves all other errors alone", () => {
    expect(usageErrorOf(new AppError("PLANET_DOWN", "down"), [])).toBeUndefined();
    expect(usageErrorOf(new TypeError("x is not a function"), [])).toBeUndefined();
    expect(usageErrorOf("text", [])).toBeUndefined();
  });
});

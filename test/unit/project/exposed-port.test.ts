import { describe, expect, test } from "vitest";
import { parseExposedPort } from "../../../src/project/exposed-port.ts";

describe("the port of a Dockerfile", () => {
  test.each([
    ["FROM a\nEXPOSE 3000\n", 3_000],
    ["FROM a\nEXPOSE 53/udp 3000/tcp\n", 3_000],
    ["FROM a\nEXPOSE 1\nFROM b\nEXPOSE 2\n", 2],
    ["FROM a\nEXPOSE 1\nFROM b\n", 1],
    ["FROM a\nENV PORT=4000\nEXPOSE $PORT\n", 4_000],
    ["FROM a\nENV PORT 4000\nEXPOSE ${PORT}\n", 4_000],
    ["FROM a\nEXPOSE ${PORT:-5000}\n", 5_000],
    ["FROM a\nEXPOSE \\\n  6000\n", 6_000],
    ["FROM a\nexpose 7000\n", 7_000],
    ["FROM a\nEXPOSE $PORT\n", undefined],
    ["FROM a\n# EXPOSE 1\n", undefined],
  ])("of %j is %j", (dockerfile, expected) => {
    expect(parseExposedPort(dockerfile)).toBe(expected);
  });
});

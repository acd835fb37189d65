import { describe, expect, test } from "vitest";
import { locateKey } from "../../../src/project/locate-key.ts";

const TEXT = `app = "x"
text = """
[not.a.table]
app = 1
"""

[http_service] # the main one
  internal_port = 1
  concurrency = { type = "requests" }

[[services]]
[[services]]
  [[services.ports]]
    port = 1
  [[services.ports]]
    port = 2

[checks."with.dot"]
type = "tcp"

[a]
b.c = 1
`;

describe("locateKey", () => {
  test.each([
    [["app"], 1, 1],
    [["http_service"], 7, 1],
    [["http_service", "internal_port"], 8, 3],
    [["services", 0], 11, 1],
    [["services", 1], 12, 1],
    [["services", 1, "ports", 1, "port"], 16, 5],
    [["checks", "with.dot", "type"], 19, 1],
    [["a", "b", "c"], 22, 1],
    [["http_service", "concurrency", "type"], 9, 3],
    [["http_service", "nothing"], 7, 1],
  ])("finds %j", (path, line, column) => {
    expect(locateKey(TEXT, path)).toEqual({ line, column });
  });

  test("knows nothing of keys that are nowhere", () => {
    expect(locateKey(TEXT, ["deploy", "strategy"])).toBeUndefined();
  });
});

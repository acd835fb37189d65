import { describe, expect, test } from "vitest";
import { methodOf, parseHeader, requestHeaders, samplesOf } from "../../../../src/operations/curl/request-parts.ts";

describe("parseHeader", () => {
  test.each([
    ["Accept: text/html", ["Accept", "text/html"]],
    ["x:y:z ", ["x", "y:z"]],
    ["x-empty:", ["x-empty", ""]],
  ])("%j", (text, header) => {
    expect(parseHeader(text)).toEqual(header);
  });

  test.each([
    "no colon",
    ": x",
    "a b: c",
    "x: a\r\ny: b",
    "Hangar-Trace: 0",
    "Content-Length: 3",
    "Transfer-Encoding: chunked",
  ])("refuses %j", (text) => {
    expect(() => parseHeader(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

describe("requestHeaders", () => {
  test("names the city and asks for the trace", () => {
    expect(requestHeaders({ host: "a.localhost", region: "syd", given: [], hasBody: false })).toEqual([
      ["host", "a.localhost"],
      ["user-agent", "hangar-curl"],
      ["accept", "*/*"],
      ["hangar-client-region", "syd"],
      ["hangar-trace", "1"],
    ]);
  });

  test("given headers take the place of defaults, once", () => {
    const headers = requestHeaders({
      host: "a.localhost",
      region: "syd",
      given: [
        ["Content-Type", "application/json"],
        ["HOST", "b"],
      ],
      hasBody: true,
    });
    expect(headers.filter(([name]) => /^(host|content-type)$/i.test(name))).toEqual([
      ["Content-Type", "application/json"],
      ["HOST", "b"],
    ]);
  });
});

describe("methodOf and samplesOf", () => {
  test("a body makes it a POST, which is sent once", () => {
    expect(methodOf(undefined, undefined)).toBe("GET");
    expect(methodOf(undefined, "")).toBe("POST");
    expect(methodOf("PUT", "x")).toBe("PUT");
    expect([
      samplesOf(undefined, "GET"),
      samplesOf(undefined, "HEAD"),
      samplesOf(undefined, "POST"),
      samplesOf(5, "POST"),
    ]).toEqual([5, 5, 1, 5]);
  });

  test.each(["", "GET / HTTP/1.1\r\nx: y", "CONNECT"])("refuses %j", (method) => {
    expect(() => methodOf(method, undefined)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

import { describe, expect, test } from "vitest";
import { HeaderField } from "../../../../../src/emulator/edge/http2/hpack/header-field.ts";
import { renderRequestHead } from "../../../../../src/emulator/edge/http2/request-head.ts";

const PSEUDO = [":method", "POST", ":path", "/a?b=1", ":scheme", "https", ":authority", "my-app.localhost:8443"];
const FIRST = "POST /a?b=1 HTTP/1.1\r\nhost: my-app.localhost:8443\r\n";
const LAST = "connection: close\r\n\r\n";

/** @param raw names and values in turn */
const render = (raw: readonly string[], ended: boolean): ReturnType<typeof renderRequestHead> =>
  renderRequestHead(
    raw.flatMap((name, index) => (index % 2 === 0 ? [new HeaderField(name, raw[index + 1]!)] : [])),
    ended,
  );

describe("renderRequestHead", () => {
  test.each([
    ["without a body", [], true, "", false],
    ["with a length", ["content-length", "5"], false, "content-length: 5\r\n", false],
    ["with an empty body", ["content-length", "0"], true, "content-length: 0\r\n", false],
    ["with a body of unknown length", [], false, "transfer-encoding: chunked\r\n", true],
    [
      "with crumbs of cookies",
      ["cookie", "a=1", "x", "1", "cookie", "b=2"],
      true,
      "x: 1\r\ncookie: a=1; b=2\r\n",
      false,
    ],
    ["with the authority twice", ["host", "My-App.localhost:8443", "te", "trailers"], true, "", false],
  ])("a request %s", (_name, fields, ended, lines, chunked) => {
    expect(render([...PSEUDO, ...fields], ended)).toEqual({
      ...{ text: `${FIRST}${lines}${LAST}`, chunked },
      bodyBytes: fields[0] === "content-length" ? Number(fields[1]) : undefined,
    });
  });

  test.each([
    ["a line end in a value", [...PSEUDO, "x", "1\r\nevil: 1"]],
    ["a bare line feed in a value", [...PSEUDO, "x", "1\nevil: 1"]],
    ["a NUL in a value", [...PSEUDO, "x", "\0"]],
    ["a control character in a value", [...PSEUDO, "x", "\x01"]],
    ["a character that is a line feed when it is cut to a byte", [...PSEUDO, "x", "\u010a"]],
    ["a line end in the path", [...PSEUDO.with(3, "/ HTTP/1.1\r\nx: 1")]],
    ["a space in the path", [...PSEUDO.with(3, "/a b")]],
    ["a space in the authority", [...PSEUDO.with(7, "a b")]],
    ["a colon in a name", [...PSEUDO, "x:y", "1"]],
    ["an upper-case name", [...PSEUDO, "X", "1"]],
    ["an empty name", [...PSEUDO, "", "1"]],
    ["transfer-encoding", [...PSEUDO, "transfer-encoding", "chunked"]],
    ["connection", [...PSEUDO, "connection", "x"]],
    ["upgrade", [...PSEUDO, "upgrade", "h2c"]],
    ["te with anything but trailers", [...PSEUDO, "te", "gzip"]],
    ["two lengths", [...PSEUDO, "content-length", "1", "content-length", "1"]],
    ["a length and no body", [...PSEUDO, "content-length", "5"]],
    ["another host than the authority", [...PSEUDO, "host", "other.localhost"]],
    ["two hosts", [...PSEUDO, "host", "my-app.localhost:8443", "host", "my-app.localhost:8443"]],
    ["a pseudo field twice", [":method", "GET", ...PSEUDO]],
    ["a pseudo field behind others", [...PSEUDO.slice(0, 6), "x", "1", ...PSEUDO.slice(6)]],
    ["a pseudo field behind host", [...PSEUDO.slice(0, 6), "host", "a", ...PSEUDO.slice(6)]],
    ["an unknown pseudo field", [":whatever", "1", ...PSEUDO]],
    ["the pseudo field of responses", [":status", "200", ...PSEUDO]],
    ["a path that is a URL", PSEUDO.with(3, "https://my-app.localhost:8443/")],
    ["a star that is not for OPTIONS", PSEUDO.with(3, "*")],
    ["no path", PSEUDO.toSpliced(2, 2)],
    ["no authority", PSEUDO.slice(0, 6)],
    ["another scheme", PSEUDO.with(5, "http")],
    ["CONNECT", PSEUDO.with(1, "CONNECT")],
  ])("refuses %s", (_name, raw) => {
    expect(render(raw, true)).toBeUndefined();
  });
});

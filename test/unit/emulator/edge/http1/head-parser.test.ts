import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FIELD, fieldKindOf } from "../../../../../src/emulator/edge/http1/field-names.ts";
import { INCOMPLETE, parseRequestHead, parseResponseHead } from "../../../../../src/emulator/edge/http1/head-parser.ts";
import { CLIENT_HEAD_LIMITS, droppedKinds, Head } from "../../../../../src/emulator/edge/http1/head.ts";

function request(text: string): { result: number; head: Head; bytes: Buffer } {
  const head = new Head();
  const bytes = Buffer.from(text, "latin1");
  return { result: parseRequestHead(bytes, 0, bytes.length, CLIENT_HEAD_LIMITS, head), head, bytes };
}
function response(text: string): { result: number; head: Head } {
  const head = new Head();
  const bytes = Buffer.from(text, "latin1");
  return { result: parseResponseHead(bytes, 0, bytes.length, CLIENT_HEAD_LIMITS, head), head };
}

describe("request heads", () => {
  const whole =
    "POST /a?b HTTP/1.1\r\nHost: x.localhost:80\r\nContent-Length: 12 \r\nConnection: Keep-Alive , X-One\r\nX-One: 1\r\nEmpty:\r\n\r\n";

  test("say how the body is framed and what the connection is for", () => {
    const { result, head, bytes } = request(`${whole}body`);
    expect(result).toBe(whole.length);
    expect(head).toMatchObject({
      minorVersion: 1,
      contentLength: 12,
      chunked: false,
      keepAlive: true,
      close: false,
      nominated: ["x-one"],
      fieldCount: 5,
    });
    expect(bytes.toString("latin1", head.hostStart, head.hostEnd)).toBe("x.localhost:80");
    expect(head.value(bytes, 1)).toBe("12");
  });

  test("are incomplete at every earlier byte, and never refused there", () => {
    for (let end = 0; end < whole.length; end += 1) expect(request(whole.slice(0, end)).result).toBe(INCOMPLETE);
  });

  test("lose the fields that do not pass", () => {
    const { head, bytes } = request(whole);
    expect(head.keptLines(bytes, droppedKinds(FIELD.connection))).toBe(
      "Host: x.localhost:80\r\nContent-Length: 12 \r\nEmpty:\r\n",
    );
    expect(head.keptLines(bytes, droppedKinds(FIELD.connection, FIELD.host), true)).toBe("Empty:\r\n");
  });

  test("are refused as soon as they cannot become whole", () => {
    expect(request("GET /\r").result).toBe(-400);
    expect(request("GET / HTTP/2").result).toBe(-505);
    expect(request("A".repeat(33)).result).toBe(-400);
    expect(request(`GET /${"x".repeat(20_000)}`).result).toBe(-414);
    expect(request(`GET / HTTP/1.1\r\nA: ${"x".repeat(40_000)}`).result).toBe(-431);
  });

  test("mean the same to a second reader, or are refused: mutations never change the framing unseen", () => {
    const bytes = Buffer.from("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "latin1");
    fc.assert(
      fc.property(fc.nat(bytes.length - 4), fc.nat(255), (at, value) => {
        const mutated = Buffer.from(bytes);
        mutated[at] = value;
        const { result, head } = request(mutated.toString("latin1"));
        if (result <= 0) return;
        const lines = mutated.toString("latin1", 0, result).split("\r\n");
        const length = lines.find((line) => /^content-length:/i.test(line));
        expect(head.contentLength).toBe(length === undefined ? -1 : Number(/:[ \t]*(\d+)[ \t]*$/.exec(length)?.[1]));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("response heads", () => {
  test("may lack a reason", () => {
    expect(response("HTTP/1.1 200\r\n\r\n")).toMatchObject({ result: 16, head: { status: 200 } });
    expect(response("HTTP/1.0 404 Not Found\r\n\r\n")).toMatchObject({
      result: 26,
      head: { status: 404, minorVersion: 0 },
    });
    expect(response("HTTP/1.1 200 OK\r\nA").result).toBe(INCOMPLETE);
  });

  test.each([
    "HTTP/2 200 OK\r\n\r\n",
    "HTTP/1.1  200 OK\r\n\r\n",
    "HTTP/1.1 20x OK\r\n\r\n",
    "HTTP/1.1 200OK\r\n\r\n",
    "HTTP/1.1 200 O\x01K\r\n\r\n",
    "HTTP/1.1 200 OK\n\r\n\r\n",
    "ICY 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\t\r\n\r\n",
    "HTTP/1.1 199 Odd\r\nContent-Length: 1\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n",
  ])("%j is refused", (text) => {
    expect(response(text).result).toBe(-502);
  });
});

describe("field names", () => {
  test.each([
    ["Content-Length", FIELD.contentLength],
    ["content_length", FIELD.twin],
    ["X-Forwarded_For", FIELD.twin],
    ["Fly-Client-Ip", FIELD.platform],
    ["fly-anything", FIELD.platform],
    ["fly_anything", FIELD.platform],
    ["fly-force-instance-id", FIELD.routing],
    ["fly_force_instance_id", FIELD.twin],
    ["Hangar-Secret", FIELD.hangar],
    ["hangar-backhaul", FIELD.backhaul],
    ["x_custom", FIELD.other],
    ["flying", FIELD.other],
  ])("%s", (name, kind) => {
    expect(fieldKindOf(name)).toBe(kind);
  });
});

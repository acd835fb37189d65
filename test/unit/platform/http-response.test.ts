import { describe, expect, test } from "vitest";
import { createResponseReader } from "../../../src/platform/http-response.ts";

const KEEP_ALL = 1_000_000;

/** Feeds the text in pieces of the given size; says whether the reader found the end by itself. */
function read(
  text: string,
  { method = "GET", size = 1_000, keep = KEEP_ALL }: { method?: string; size?: number; keep?: number } = {},
) {
  const reader = createResponseReader(method, keep);
  const bytes = Buffer.from(text, "latin1");
  let whole = false;
  for (let at = 0; at < bytes.length && !whole; at += size) whole = reader.push(bytes.subarray(at, at + size));
  return { whole, reader, status: reader.head()?.status, body: reader.body().toString() };
}

describe("createResponseReader", () => {
  const sized = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nhello";
  const chunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n";

  test.each([1, 2, 3, 7, 1_000])("reads a sized body in pieces of %i", (size) => {
    expect(read(sized, { size })).toMatchObject({ whole: true, status: 200, body: "hello" });
  });

  test.each([1, 2, 3, 7, 1_000])("reads a chunked body in pieces of %i", (size) => {
    expect(read(chunked, { size })).toMatchObject({ whole: true, status: 200, body: "hello world" });
  });

  test("joins repeated headers under their name in lower case", () => {
    expect(read(sized).reader.head()?.headers).toEqual({ "content-length": "5", "x-a": "1, 2" });
  });

  test("reads to the end of the connection where no length is given", () => {
    const { whole, reader } = read("HTTP/1.1 200 OK\r\n\r\nall of it");
    expect(whole).toBe(false);
    reader.end();
    expect(reader.body().toString()).toBe("all of it");
  });

  test.each([
    ["HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"],
    ["GET", "HTTP/1.1 204 No Content\r\n\r\n"],
    ["GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"],
    ["GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
  ])("expects no body after %s: %j", (method, text) => {
    expect(read(text, { method })).toMatchObject({ whole: true, body: "" });
  });

  test("passes over interim responses", () => {
    expect(read(`HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${sized}`)).toMatchObject({
      whole: true,
      status: 200,
      body: "hello",
    });
  });

  test("keeps no more of the body than asked", () => {
    expect(read(chunked, { keep: 7 }).body).toBe("hello w");
    expect(read(chunked, { keep: 0 })).toMatchObject({ whole: true, body: "" });
  });

  test.each([
    "SSH-2.0-OpenSSH\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
  ])("refuses %j", (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "UNREACHABLE" }));
  });

  test.each(["", "HTTP/1.1 200", sized.slice(0, -1), chunked.slice(0, -2)])(
    "refuses a connection that ends after %j",
    (text) => {
      expect(() => read(text).reader.end()).toThrow(expect.objectContaining({ code: "UNREACHABLE" }));
    },
  );
});

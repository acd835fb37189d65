import { describe, expect, test } from "vitest";
import { parseTarget } from "../../../../src/operations/curl/parse-target.ts";

const parse = (text: string) => parseTarget({ text, httpPort: 8080, app: async () => "my-app" });

describe("parseTarget", () => {
  test.each([
    ["http://my-app.localhost:8080/path?q=1#part", "my-app.localhost:8080", "/path?q=1"],
    ["http://my-app.localhost", "my-app.localhost", "/"],
    ["http://syd.my-app.localhost:8080/", "syd.my-app.localhost:8080", "/"],
    ["my-app.localhost:8080/x", "my-app.localhost:8080", "/x"],
    ["http://my-app.fly.dev/a b", "my-app.fly.dev", "/a%20b"],
    ["https://my-app.fly.dev/a", "my-app.fly.dev", "/a"],
    ["/", "my-app.localhost:8080", "/"],
    ["/api?x=/y", "my-app.localhost:8080", "/api?x=/y"],
    ["//other/x", "my-app.localhost:8080", "//other/x"],
  ])("%s", async (text, host, path) => {
    expect(await parse(text)).toMatchObject({ host, path });
  });

  test.each([
    ["https://my-app.localhost:8443/a", true],
    ["https://my-app.fly.dev/a", true],
    ["http://my-app.localhost:8080/a", false],
    ["/a", false],
  ])("%s over TLS: %s", async (text, secure) => {
    expect(await parse(text)).toMatchObject({ secure, path: "/a" });
  });

  test.each(["ftp://my-app.localhost/", "http://example.com/", "http://localhost:8080/", "http://", "http://a b/"])(
    "refuses %s",
    async (text) => {
      await expect(parse(text)).rejects.toMatchObject({ code: "USAGE" });
    },
  );
});

// What the HTTP handler does with requests and responses beside routing, through a whole edge on loopback.
import http from "node:http";
import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import type { World, WorldPort } from "../../src/contract/world.ts";
import { serverName } from "../../src/emulator/edge/platform-fields.ts";
import { worldMachine, worldOf } from "../support/edge-rig.ts";
import { until, useEdge } from "../support/edge-suite.ts";
import { startEchoMachine } from "../support/raw-machine.ts";

const { edge, adopt, ask, restart } = useEdge();
const TEXT = "All work and no play makes a dull day. ".repeat(3_000);

let version = 0;

/** An app in iad with that port, whose clients enter in ams. */
async function serve(
  port: Partial<WorldPort>,
  handle: (request: http.IncomingMessage, response: http.ServerResponse) => boolean = () => false,
  more: Partial<Pick<World, "tlsPort" | "apps">> = {},
): Promise<void> {
  const started = await startEchoMachine("127.0.2.2", handle);
  adopt(started);
  const service = { ports: [{ port: 80, handlers: ["http"], forceHttps: false, ...port }] };
  const machine = worldMachine({ id: "m1", region: "iad", address4: started.host, port: started.port, service });
  await edge().apply({ ...worldOf((version += 1), ["ams", "iad"], [machine]), ...more });
}

const answering =
  (headers: http.OutgoingHttpHeaders, body: string) =>
  (_request: http.IncomingMessage, response: http.ServerResponse): boolean => {
    response.writeHead(200, headers).end(body);
    return true;
  };

const compressed = (
  acceptEncoding: string,
): Promise<{ coding: string | undefined; bytes: Buffer; headers: http.IncomingHttpHeaders }> =>
  new Promise((resolve, reject) => {
    const headers = { host: "my-app.localhost", "accept-encoding": acceptEncoding };
    http
      .get({ port: edge().port, host: "127.0.0.1", agent: false, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () =>
          resolve({
            coding: response.headers["content-encoding"],
            bytes: Buffer.concat(parts),
            headers: response.headers,
          }),
        );
        response.on("error", reject);
      })
      .on("error", reject);
  });

describe("headers", () => {
  test("HD-01 HD-02 HD-03 HD-04 HD-05 HD-06: the app learns of client, entry edge and protocol", async () => {
    await serve({}, undefined, { apps: [{ name: "my-app", publicAddress: "203.0.113.77" }] });
    const headers = { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https", "fly-client-ip": "1.2.3.4" };
    const { body } = await ask("my-app.localhost:8080", { headers });
    const given = (JSON.parse(body) as { headers: Record<string, string> }).headers;
    expect(given).toMatchObject({
      ...{ "fly-client-ip": "127.0.0.1", "fly-region": "ams", host: "my-app.localhost:8080", via: "1.1 fly.io" },
      ...{ "fly-forwarded-proto": "http", "fly-forwarded-ssl": "off", "fly-forwarded-port": "80" },
      ...{ "x-forwarded-proto": "http", "x-forwarded-ssl": "off", "x-forwarded-port": "80" },
      "x-forwarded-for": "203.0.113.9, 127.0.0.1, 203.0.113.77",
    });
    expect(given["fly-request-id"]).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}-ams$/);
    expect(given["x-request-start"]).toMatch(/^t=\d{16}$/);
    // HD-06: the header of older days.
    expect(given["fly-dispatch-start"]).toBeUndefined();
  });

  test("HR-01 HR-02 HR-03: responses carry Server, Via and the request's identifier with its edge", async () => {
    await serve({}, answering({ server: "mine", via: "1.1 mine" }, "x"));
    const { headers } = await ask("my-app.localhost");
    expect(headers.server).toBe(serverName("test", 0));
    expect(headers.server).toMatch(/^Fly\/[0-9a-f]{9} \(1970-01-01\)$/);
    expect(headers.via).toBe("1.1 mine, 1.1 fly.io");
    expect(String(headers["fly-request-id"]).split("-")[1]).toBe("ams");
  });

  test("HR-01: pristine leaves the app's own and adds nothing", async () => {
    await serve({ httpOptions: { pristine: true } }, answering({ server: "mine" }, "x"));
    const { headers } = await ask("my-app.localhost");
    expect(headers.server).toBe("mine");
    expect(headers.via).toBeUndefined();
    expect(headers["fly-request-id"]).toBeUndefined();
  });

  test("HR-04: http_options.response.headers removes, adds one, adds several", async () => {
    const responseHeaders = {
      "X-Powered-By": false as const,
      "X-One": ["1"],
      "Set-Cookie": ["a=1", "b=2"],
      "Content-Length": ["9"],
    };
    await serve({ httpOptions: { responseHeaders } }, answering({ "x-powered-by": "it" }, "body"));
    const { headers, body } = await ask("my-app.localhost");
    expect(headers).toMatchObject({ "x-one": "1", "set-cookie": ["a=1", "b=2"] });
    expect(headers["x-powered-by"]).toBeUndefined();
    expect(body).toBe("body");
  });

  test("ER-07: force_https leads to the same address over TLS, where TLS is there", async () => {
    await serve({ forceHttps: true }, undefined, { tlsPort: 8443 });
    expect((await ask("my-app.localhost:8080")).status).toBe(200);
    const { status, headers } = await ask("my-app.fly.dev:8080", { path: "/a?b=c" });
    expect({ status, location: headers.location }).toEqual({
      status: 301,
      location: "https://my-app.fly.dev:8443/a?b=c",
    });
    await serve({ forceHttps: true });
    expect((await ask("my-app.fly.dev:8080")).status).toBe(200);
  });
});

describe("content coding", () => {
  const decoders = {
    zstd: zlib.zstdDecompressSync,
    br: zlib.brotliDecompressSync,
    gzip: zlib.gunzipSync,
    deflate: zlib.inflateSync,
  } as const;

  test.each(Object.keys(decoders) as (keyof typeof decoders)[])(
    "CE-01: %s, from a body of known length and from a chunked one",
    async (coding) => {
      for (const chunked of [false, true]) {
        await serve({}, (_request, response) => {
          response.writeHead(200, {
            "content-type": "text/plain",
            ...(chunked ? {} : { "content-length": TEXT.length }),
          });
          response.write(TEXT.slice(0, 5_000));
          response.end(TEXT.slice(5_000));
          return true;
        });
        const { coding: given, bytes, headers } = await compressed(coding);
        expect(given).toBe(coding);
        expect(bytes.length).toBeLessThan(TEXT.length / 5);
        expect(decoders[coding](bytes).toString()).toBe(TEXT);
        expect(headers.vary).toBe("accept-encoding");
      }
    },
  );

  test("CE-02 CE-04: not what the app has coded itself, and not where the service says no", async () => {
    const handle = (encoding: string | undefined) =>
      answering(
        { "content-type": "text/plain", ...(encoding === undefined ? {} : { "content-encoding": encoding }) },
        TEXT,
      );
    await serve({}, handle("none"));
    expect((await compressed("gzip")).bytes.toString()).toBe(TEXT);
    await serve({ httpOptions: { compress: false } }, handle(undefined));
    expect((await compressed("gzip")).coding).toBeUndefined();
    await serve({}, handle(undefined));
    expect((await compressed("identity")).coding).toBeUndefined();
  });

  test.each([
    ["gzip", "", "is held back until the rest is written"],
    ["none", "first part of the page", "arrives at once where the app says none"],
  ])("CE-03: with %s, what the app has written (%j before the rest) %s", async (coding, early) => {
    let page: http.ServerResponse | undefined;
    await serve({}, (request, response) => {
      if (request.url !== "/page") return (response.end("ok"), true);
      response.writeHead(200, {
        "content-type": "text/html",
        ...(coding === "none" ? { "content-encoding": coding } : {}),
      });
      response.write("first part of the page");
      page = response;
      return true;
    });
    let seen = "";
    const ended = new Promise<void>((resolve, reject) => {
      const headers = { host: "my-app.localhost", "accept-encoding": "gzip" };
      http
        .get({ port: edge().port, host: "127.0.0.1", agent: false, path: "/page", headers }, (response) => {
          expect(response.headers["content-encoding"]).toBe(coding);
          const text = coding === "none" ? response : response.pipe(zlib.createGunzip());
          text.setEncoding("utf8").on("data", (part: string) => (seen += part));
          text.on("end", resolve).on("error", reject);
        })
        .on("error", reject);
    });
    await until("the first part", () => page !== undefined);
    // What the app wrote before this request came would be with the client when it is answered.
    expect((await ask("my-app.localhost")).status).toBe(200);
    await until("what comes early", () => seen === early);
    page?.end("rest");
    await ended;
    expect(seen).toBe("first part of the pagerest");
  });
});

describe("PH-09: idle_timeout", () => {
  const late = (afterMs: number) => (request: http.IncomingMessage, response: http.ServerResponse) => {
    setTimeout(() => response.end("late"), request.url === "/late" ? afterMs : 0);
    return true;
  };

  test("ends a request in which nothing moves for so long", async () => {
    await serve({ httpOptions: { idleTimeoutMs: 200 } }, late(3_000));
    const begun = performance.now();
    expect((await ask("my-app.localhost", { path: "/late" })).status).toBe(504);
    // The edge looks twice a second.
    expect(performance.now() - begun).toBeLessThan(1_500);
  });

  test("lets requests and kept connections live longer than the edge would", async () => {
    await restart({ timeLimits: { exchangeIdleMs: 100, keepAliveMs: 100 } });
    await serve({ httpOptions: { idleTimeoutMs: 60_000 } }, late(1_200));
    expect(await ask("my-app.localhost", { path: "/late" })).toMatchObject({ status: 200, body: "late" });
    await serve({}, late(1_200));
    expect((await ask("my-app.localhost", { path: "/late" })).status).toBe(504);
  });
});

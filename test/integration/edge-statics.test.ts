// Files of machines that the edge answers from, through a whole edge on loopback; control is a function that knows files.
import http from "node:http";
import { Readable } from "node:stream";
import { beforeEach, describe, expect, test } from "vitest";
import type { OpenAnswer } from "../../src/platform/http-send.ts";
import { worldMachine, worldOf } from "../support/edge-rig.ts";
import { type EdgeAnswer, until, useEdge } from "../support/edge-suite.ts";

const { edge, restart, machine, ask } = useEdge();
const BIG = "0123456789abcdef".repeat(256 * 1024);
const HUGE_BYTES = 64 * 1024 * 1024;
/** Read only as fast as it is wanted. */
function huge(): Readable {
  const piece = Buffer.alloc(64 * 1024, "x");
  let left = HUGE_BYTES;
  return new Readable({
    read() {
      this.push(left > 0 ? piece : null);
      left -= piece.length;
    },
  });
}
function broken(): Readable {
  let isBegun = false;
  return new Readable({
    read() {
      if (isBegun) this.destroy(new Error("the file has changed"));
      else this.push("begin");
      isBegun = true;
    },
  });
}
const FILES: Readonly<Record<string, string | (() => Readable)>> = {
  "/app/public/huge.bin": huge,
  "/app/public/broken.bin": broken,
  "/app/public/site.css": "body {}",
  "/app/public/deep/a b.txt": "deep",
  "/app/public/big.bin": BIG,
  "/app/other/one.js": "1",
};

const control = {
  away: false,
  /** The bodies of its answers. */
  bodies: [] as Readable[],
  answer(question: unknown): OpenAnswer {
    if (this.away) throw new Error("nobody there");
    const { folder, names } = question as { folder: string; names: string[] };
    const content = FILES[[folder, ...names].join("/")];
    const body = content ?? "";
    const stream = typeof body === "string" ? Readable.from([Buffer.from(body)]) : body();
    this.bodies.push(stream);
    if (content === undefined) return { status: 204, headers: {}, body: stream };
    const bytes = typeof body === "string" ? body.length : HUGE_BYTES;
    return {
      status: 200,
      headers: { "content-length": String(bytes), etag: `"tag-of-${names.at(-1)}"` },
      body: stream,
    };
  },
};

beforeEach(async () => {
  control.away = false;
  control.bodies = [];
  await restart({ open: async (_path, question) => control.answer(question) });
  await serve("ams");
});

async function serve(region: "ams" | "iad", more: { started?: boolean; state?: string } = {}): Promise<void> {
  const { host, port } = await machine(region === "ams" ? "127.0.1.2" : "127.0.2.2");
  const { started = true, state = "started" } = more;
  const statics = [
    { guestPath: "/app/public", urlPrefix: "/public" },
    { guestPath: "/app/other", urlPrefix: "/public/js/" },
  ];
  const served = worldMachine({ id: "m1", region, address4: host, port, started, more: { statics, state } });
  await edge().apply(worldOf(region === "ams" ? 1 : 2, ["ams", "iad"], [served]));
}

const get = (path: string, headers: Record<string, string> = {}, method = "GET"): Promise<EdgeAnswer> =>
  ask("my-app.localhost", { path, headers, method });
const questions = (): unknown[] => edge().posts.filter(({ path }) => path.endsWith("/file"));
/** The target that the app got; the echo machine answers with it. */
const seenByApp = ({ body }: EdgeAnswer): unknown => (JSON.parse(body) as { url: string }).url;

describe("ST-01: statics", () => {
  test("are answered from the machine's files, with type, length and tag", async () => {
    const { status, body, headers, trace } = await get("/public/site.css?v=3");
    expect({ status, body, machine: trace.machine }).toEqual({ status: 200, body: "body {}", machine: "m1" });
    expect(headers).toMatchObject({ "content-type": "text/css; charset=utf-8", "content-length": "7" });
    expect(headers.etag).toBe('"tag-of-site.css"');
    expect(headers["cache-control"]).toBeUndefined();
    expect(questions()).toEqual([
      { path: "/hangar/v1/machines/m1/file", body: { folder: "/app/public", names: ["site.css"] } },
    ]);
    expect((await get("/public/deep/a%20b.txt")).body).toBe("deep");
    expect((await get("/public/js/one.js")).body).toBe("1");
  });

  test("are told by their tag to be known, and have no body for HEAD", async () => {
    const { etag = "" } = (await get("/public/site.css")).headers;
    const known = await get("/public/site.css", { "if-none-match": `"x", W/${etag}` });
    expect({ status: known.status, body: known.body, etag: known.headers.etag }).toEqual({
      status: 304,
      body: "",
      etag,
    });
    expect((await get("/public/site.css", { "if-none-match": '"x"' })).status).toBe(200);
    const head = await get("/public/site.css", {}, "HEAD");
    expect({ body: head.body, length: head.headers["content-length"] }).toEqual({ body: "", length: "7" });
  });

  test("pass whole also to clients that read slowly", async () => {
    const size = await new Promise<number>((resolve, reject) => {
      const headers = { host: "my-app.localhost" };
      http
        .get({ port: edge().port, host: "127.0.0.1", agent: false, path: "/public/big.bin", headers }, (response) => {
          let bytes = 0;
          response.on("data", (piece: Buffer) => {
            bytes += piece.length;
            response.pause();
            setImmediate(() => response.resume());
          });
          response.on("end", () => resolve(bytes));
          response.on("error", reject);
        })
        .on("error", reject);
    });
    expect(size).toBe(BIG.length);
  });

  test("of any size pass, no faster than the client reads", async () => {
    const headers = { host: "my-app.localhost" };
    const options = { port: edge().port, host: "127.0.0.1", agent: false, path: "/public/huge.bin", headers };
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http.get(options, resolve).on("error", reject);
    });
    // Nobody reads: what was not sent stays where it is.
    await until("the file to be held back", () => control.bodies[0]?.isPaused() === true);
    expect(control.bodies[0]?.readableEnded).toBe(false);
    let bytes = 0;
    for await (const piece of response) bytes += (piece as Buffer).length;
    expect(bytes).toBe(HUGE_BYTES);
  });

  test("that break off are no whole answers, and are let go of when the client goes", async () => {
    await expect(get("/public/broken.bin")).rejects.toThrow(/ECONNRESET|aborted|hang up/);
    const headers = { host: "my-app.localhost" };
    const request = http.get({ port: edge().port, host: "127.0.0.1", agent: false, path: "/public/huge.bin", headers });
    request.on("error", () => undefined);
    await until("the file to be opened", () => control.bodies[1]?.isPaused() === true);
    request.destroy();
    await until("the file to be let go of", () => control.bodies[1]?.destroyed === true);
  });

  test.each([
    "/public/none.css",
    "/public/",
    "/public",
    "/publicity/site.css",
    "/public/../site.css",
    "/public/%2e%2e/public/site.css",
    "/public/deep%2fa%20b.txt",
    "/public/a%00b",
    "/public/%zz",
    "/",
  ])("that are not there are the app's: %s", async (path) => {
    expect(seenByApp(await get(path))).toBe(path);
  });

  test("are for reading only, and the app answers while control is away", async () => {
    expect(seenByApp(await get("/public/site.css", {}, "POST"))).toBe("/public/site.css");
    control.away = true;
    expect(seenByApp(await get("/public/site.css"))).toBe("/public/site.css");
  });

  test("of a machine in another region pay the way there", async () => {
    await serve("iad");
    const begun = performance.now();
    expect((await get("/public/site.css")).body).toBe("body {}");
    expect(performance.now() - begun).toBeGreaterThanOrEqual(79);
    expect(seenByApp(await get("/public/none.css"))).toBe("/public/none.css");
  });
});

test("ST-02: a machine that does not run is not asked for its files", async () => {
  await serve("iad", { started: false, state: "stopped" });
  expect((await get("/public/site.css")).status).toBe(503);
  expect(questions()).toEqual([]);
});

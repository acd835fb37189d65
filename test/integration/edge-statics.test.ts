// Files of machines that the edge answers from, through a whole edge on loopback; control is a function that knows files.
import http from "node:http";
import { beforeEach, describe, expect, test } from "vitest";
import { worldMachine, worldOf } from "../support/edge-rig.ts";
import { type EdgeAnswer, useEdge } from "../support/edge-suite.ts";

const { edge, restart, machine, ask } = useEdge();
const BIG = "0123456789abcdef".repeat(256 * 1024);
const FILES: Readonly<Record<string, string>> = {
  "/app/public/site.css": "body {}",
  "/app/public/deep/a b.txt": "deep",
  "/app/public/big.bin": BIG,
  "/app/other/one.js": "1",
};

const control = {
  away: false,
  answer(body: unknown): { status: number; body: string } {
    if (this.away) throw new Error("nobody there");
    const { folder, names } = body as { folder: string; names: string[] };
    const content = FILES[[folder, ...names].join("/")];
    const encoded = content === undefined ? null : Buffer.from(content).toString("base64");
    return { status: 200, body: JSON.stringify({ content: encoded }) };
  },
};

beforeEach(async () => {
  control.away = false;
  await restart({
    post: async (path, body) => (path.endsWith("/file") ? control.answer(body) : { status: 200, body: "{}" }),
  });
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
    expect(headers.etag).toMatch(/^"[\w-]{43}"$/);
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

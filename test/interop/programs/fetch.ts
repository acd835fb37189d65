// fetch of Node.js and of undici, which it is made of: HTTP/1.1 and HTTP/2, streams, aborts, pipelining.
import { strict as assert } from "node:assert";
import { Agent, fetch as undiciFetch, request } from "undici";
import { type InteropCase, type InteropProgram, type Stage, WEB_HOST } from "../interop.ts";
import { packageVersion } from "../package-version.ts";

interface Told {
  readonly url: string;
  readonly bytes: number;
  readonly headers: Readonly<Record<string, string>>;
}

const nodeFetch = ({ port }: Stage, place: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://${WEB_HOST}:${port}${place}`, init);

const using =
  (options: object, work: (agent: Agent, origin: string) => Promise<void>) =>
  async ({ authority, securePort }: Stage) => {
    const agent = new Agent({ connect: { ca: authority }, ...options });
    try {
      await work(agent, `https://${WEB_HOST}:${securePort}`);
    } finally {
      await agent.close();
    }
  };

const undiciCase = (name: string, options: object): InteropCase => ({
  name,
  run: using(options, async (agent, origin) => {
    const body = Buffer.alloc(2_000_000, "u");
    const up = await request(`${origin}/up`, { dispatcher: agent, method: "POST", body });
    assert.equal(((await up.body.json()) as Told).bytes, body.length);
    const many = Array.from({ length: 50 }, async (_, n) => {
      const { body: told } = await request(`${origin}/n${n}`, { dispatcher: agent });
      return ((await told.json()) as Told).url;
    });
    assert.deepEqual(
      await Promise.all(many),
      Array.from({ length: 50 }, (_, n) => `/n${n}`),
    );
    const down = await undiciFetch(`${origin}/download`, { dispatcher: agent });
    assert.equal((await down.arrayBuffer()).byteLength, 20_000_000);
  }),
});

export const nodeFetchProgram: InteropProgram = {
  name: "fetch of Node.js",
  version: () => Promise.resolve(`${process.version}, undici ${process.versions["undici"]}`),
  cases: [
    {
      name: "GET and POST",
      async run(stage) {
        const got = (await (await nodeFetch(stage, "/got?x=1")).json()) as Told;
        assert.deepEqual([got.url, got.headers["host"]], ["/got?x=1", `${WEB_HOST}:${stage.port}`]);
        const posted = await nodeFetch(stage, "/posted", { method: "POST", body: "x".repeat(100_000) });
        assert.equal(((await posted.json()) as Told).bytes, 100_000);
      },
    },
    {
      name: "a body that streams up and comes back while it does",
      async run(stage) {
        const pieces = ["one ", "two ", "three"];
        const body = new ReadableStream({
          async pull(controller) {
            const piece = pieces.shift();
            if (piece === undefined) controller.close();
            else controller.enqueue(new TextEncoder().encode(piece));
          },
        });
        const init = { method: "POST", body, duplex: "half" } as RequestInit;
        assert.equal(await (await nodeFetch(stage, "/echo", init)).text(), "one two three");
      },
    },
    {
      name: "events of a server, one after the other",
      async run(stage) {
        assert.equal(await (await nodeFetch(stage, "/events")).text(), "data: 0\n\ndata: 1\n\ndata: 2\n\n");
      },
    },
    {
      name: "an abort in the middle of a download, and the next request",
      async run(stage) {
        const abort = new AbortController();
        const response = await nodeFetch(stage, "/download", { signal: abort.signal });
        await response.body!.getReader().read();
        abort.abort();
        assert.equal((await nodeFetch(stage, "/after")).status, 200);
      },
    },
    {
      name: "100 requests at once",
      async run(stage) {
        const all = Array.from(
          { length: 100 },
          async (_, n) => ((await (await nodeFetch(stage, `/${n}`)).json()) as Told).url,
        );
        assert.deepEqual(
          await Promise.all(all),
          Array.from({ length: 100 }, (_, n) => `/${n}`),
        );
      },
    },
  ],
};

export const undiciProgram: InteropProgram = {
  name: "undici",
  version: () => packageVersion("undici"),
  cases: [
    undiciCase("TLS, HTTP/1.1: upload, 50 requests, download", { allowH2: false }),
    undiciCase("TLS, HTTP/1.1, pipelining ten deep on one connection", {
      allowH2: false,
      pipelining: 10,
      connections: 1,
    }),
    undiciCase("TLS, HTTP/2: upload, 50 requests, download", { allowH2: true }),
  ],
};

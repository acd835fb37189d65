// Apps' own host names and force_https, through a whole edge on loopback.
import { generateKeyPairSync } from "node:crypto";
import http2 from "node:http2";
import https from "node:https";
import type { IncomingMessage } from "node:http";
import http from "node:http";
import tls from "node:tls";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LeafCertificate } from "../../src/contract/planet.ts";
import type { World } from "../../src/contract/world.ts";
import { createAuthority, openAuthority } from "../../src/platform/x509.ts";
import { type EdgeRig, HTTP_SERVICE, startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { startEchoMachine, type TestMachine } from "../support/raw-machine.ts";

const ownNames = new Map<string, LeafCertificate>();
let machine: TestMachine;
let edge: EdgeRig;
/** The authority of somebody else, whose certificates are imported. */
let others: { readonly certificate: string; certify(name: string): Promise<LeafCertificate> };
let version = 0;

async function serve(more: Partial<World>): Promise<void> {
  const ports = HTTP_SERVICE.ports.map((port) => ({ ...port, forceHttps: true }));
  const [iad, nrt] = (["iad", "nrt"] as const).map((region) =>
    worldMachine({
      ...{ id: region, app: "shop", region, service: { ports } },
      address4: machine.host,
      port: machine.port,
    }),
  );
  await edge.apply({ ...worldOf((version += 1), ["iad", "nrt"], [iad!, nrt!]), tlsPort: edge.securePort, ...more });
}

beforeAll(async () => {
  machine = await startEchoMachine("127.0.5.2", (request, response) => {
    if (request.url !== "/old" || request.headers["fly-replay-src"] !== undefined) return false;
    response.writeHead(409, { "fly-replay": "elsewhere=true" }).end();
    return true;
  });
  const material = await createAuthority("Somebody else", Date.now());
  const { sign } = await openAuthority(material, Date.now);
  others = {
    certificate: material.certificate,
    async certify(name) {
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const certificate = await sign({ name, publicKey: publicKey.export({ format: "pem", type: "spki" }).toString() });
      return { certificate, key: privateKey.export({ format: "pem", type: "pkcs8" }).toString() };
    },
  };
  edge = await startEdgeRig({ ownNames });
});
afterAll(async () => {
  edge.stop();
  await machine.stop();
});

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly serial: string;
}

async function get(url: string, headers: Record<string, string> = {}): Promise<Reply> {
  const { protocol, hostname, pathname, search, host } = new URL(url);
  const secure = protocol === "https:";
  const options = {
    ...{ host: "127.0.0.1", agent: false, path: pathname + search, headers: { host, ...headers } },
    ...(secure
      ? { port: edge.securePort, servername: hostname, ca: [edge.authority, others.certificate] }
      : { port: edge.port }),
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    (secure ? https : http).get(options, resolve).on("error", reject);
  });
  const serial = secure ? (response.socket as tls.TLSSocket).getPeerCertificate().serialNumber : "";
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body, serial };
}

describe("an app's own host name", () => {
  test("PX-09: has its certificate, leads to the app, and enters at home or where the client says", async () => {
    ownNames.set("shop.example", await others.certify("shop.example"));
    await serve({ hostnames: [{ name: "shop.example", app: "shop", version: "1" }] });
    const home = await get("https://shop.example/x", { "hangar-trace": "1" });
    expect(home.status).toBe(200);
    expect(JSON.parse(home.body)).toMatchObject({
      ...{ url: "/x", headers: { host: "shop.example", "fly-region": "iad", "x-forwarded-proto": "https" } },
    });
    const away = await get("https://shop.example/x", { "hangar-client-region": "nrt" });
    expect(away.body).toContain('"fly-region":"nrt"');
  });

  test("PX-09: leads nowhere without a certificate of the app, not even in plain HTTP", async () => {
    ownNames.set("shop.example", await others.certify("shop.example"));
    await serve({});
    expect(await get("http://shop.example/")).toMatchObject({ status: 404 });
    await expect(get("https://shop.example/")).rejects.toThrow();
    await serve({ hostnames: [{ name: "shop.example", app: "shop", version: "1" }] });
    // The app's own answer: it wants TLS.
    expect(await get("http://shop.example/")).toMatchObject({ status: 301 });
    expect(await get("https://shop.example/")).toMatchObject({ status: 200 });
  });

  test("a star serves the names under it, and no others", async () => {
    const wild = await others.certify("*.shop.example");
    ownNames.set("a.shop.example", wild).set("b.shop.example", wild);
    await serve({ hostnames: [{ name: "*.shop.example", app: "shop", version: "1" }] });
    expect((await get("https://a.shop.example/")).status).toBe(200);
    expect((await get("https://b.shop.example/")).status).toBe(200);
    await expect(get("https://a.b.shop.example/")).rejects.toThrow();
    await expect(get("https://shop.example/")).rejects.toThrow();
    expect(await get("http://shop.example/")).toMatchObject({ status: 404 });
  });

  test("shows another certificate from the moment that there is one, and nothing once the name is gone", async () => {
    ownNames.set("new.example", await others.certify("new.example"));
    await serve({ hostnames: [{ name: "new.example", app: "shop", version: "1" }] });
    const { serial } = await get("https://new.example/");
    ownNames.set("new.example", await others.certify("new.example"));
    expect((await get("https://new.example/")).serial).toBe(serial);
    await serve({ hostnames: [{ name: "new.example", app: "shop", version: "2" }] });
    expect((await get("https://new.example/")).serial).not.toBe(serial);
    await serve({});
    await expect(get("https://new.example/")).rejects.toThrow();
  });

  test("cannot be one of the planet's", async () => {
    ownNames.clear();
    await serve({ hostnames: [{ name: "shop.localhost", app: "my-app", version: "1" }] });
    expect(await get("https://shop.localhost/")).toMatchObject({ status: 200 });
  });
});

describe("force_https", () => {
  test.each(["shop.fly.dev", "nrt.shop.fly.dev", "own.example"])(
    "ER-07: %s answers 301, and the address it names answers",
    async (name) => {
      ownNames.set("own.example", await others.certify("own.example"));
      await serve({ hostnames: [{ name: "own.example", app: "shop", version: "1" }] });
      const { status, headers } = await get(`http://${name}:${edge.port}/a/b?c=d&e`);
      expect(status).toBe(301);
      expect(headers.location).toBe(`https://${name}:${edge.securePort}/a/b?c=d&e`);
      const secure = await get(String(headers.location));
      expect(secure.status).toBe(200);
      expect(JSON.parse(secure.body)).toMatchObject({ url: "/a/b?c=d&e", headers: { "x-forwarded-port": "443" } });
    },
  );
});

test("HTTP/2: follows fly-replay, compresses, traces, and says the version in Via", async () => {
  await serve({});
  const place = { port: edge.securePort, host: "127.0.0.1", servername: "shop.localhost", ca: edge.authority };
  const session = http2.connect("https://shop.localhost", {
    createConnection: () => tls.connect({ ...place, ALPNProtocols: ["h2"] }),
  });
  const ask = async (headers: http2.OutgoingHttpHeaders, upload?: string) => {
    const stream = session.request(headers, { endStream: upload === undefined });
    if (upload !== undefined) stream.end(upload);
    const fields = new Promise<http2.IncomingHttpHeaders>((resolve) => stream.once("response", resolve));
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return { fields: await fields, body: Buffer.concat(chunks) };
  };
  try {
    const replayed = await ask({ ":path": "/old", ":method": "POST", "hangar-trace": "full" }, "hello");
    expect(replayed.fields).toMatchObject({ ":status": 200, via: "2 fly.io" });
    expect(replayed.fields["fly-replay"]).toBeUndefined();
    expect(JSON.parse(replayed.body.toString())).toMatchObject({
      ...{
        url: "/old",
        bytes: 5,
        headers: { via: "2 fly.io", "x-forwarded-port": "443", "x-forwarded-proto": "https" },
      },
    });
    const trace = String(replayed.fields["hangar-trace"]);
    for (const part of ['"replay"', '"iad"', '"nrt"']) expect(trace).toContain(part);
    const small = await ask({ ":path": `/${"x".repeat(3_000)}`, "accept-encoding": "gzip" });
    expect(small.fields).toMatchObject({ ":status": 200, "content-encoding": "gzip" });
    expect(JSON.parse((await promisify(zlib.gunzip)(small.body)).toString())).toMatchObject({
      url: `/${"x".repeat(3_000)}`,
    });
  } finally {
    session.destroy();
  }
});

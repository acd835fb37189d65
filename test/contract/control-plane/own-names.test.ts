// Certificates of apps' own host names: signed by the planet's authority, told to edge by name, given out one at a time.
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LeafCertificateSchema } from "../../../src/contract/planet.ts";
import { type AuthorityMaterial, createAuthority, openAuthority } from "../../../src/platform/x509.ts";
import { waitUntil } from "../../../src/platform/clock.ts";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";

const APP = "shop";
let authority: AuthorityMaterial;
let planet: MemoryPlanet;

function makeKeys(): { publicKey: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    publicKey: publicKey.export({ format: "pem", type: "spki" }).toString(),
    key: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
  };
}
const EDGE = makeKeys();

beforeAll(async () => {
  authority = await createAuthority("Test authority", Date.now());
  planet = await startMemoryPlanet({ authority, images: {} });
  await planet.client.createApp(APP);
});
afterAll(() => planet.stop());

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }> {
  const response = await fetch(`${planet.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text === "" ? undefined : JSON.parse(text) };
}
const leaf = (name: string) => call("POST", "/hangar/v1/certificates/leaf", { name, publicKey: EDGE.publicKey });
const hostnames = () => planet.world()?.hostnames ?? [];
const seen = (names: readonly string[]) =>
  waitUntil(
    () =>
      hostnames()
        .map(({ name }) => name)
        .join() === names.join()
        ? hostnames()
        : undefined,
    {
      ...{ what: `the edge to see the host names ${names.join(", ")}`, deadlineMs: 5_000, intervalMs: 5 },
    },
  );

/** The pair, after it was seen that the certificate is for the name and the key for the certificate. */
async function served(name: string): Promise<X509Certificate> {
  const { status, json } = await leaf(name);
  expect(status).toBe(200);
  const { certificate, key } = LeafCertificateSchema.parse(json);
  const read = new X509Certificate(certificate);
  expect(read.checkHost(name)).toBeDefined();

  expect(read.checkPrivateKey(createPrivateKey(key ?? ""))).toBe(true);
  return read;
}

test("the platform's own certificate is issued by the planet's authority, and edge gets it with its key", async () => {
  const { status, json } = await call("POST", `/v1/apps/${APP}/certificates/acme`, { hostname: "*.shop.example" });
  expect(status).toBe(201);
  expect(json).toMatchObject({
    ...{ hostname: "*.shop.example", status: "active", configured: true },
    certificates: [{ source: "fly", status: "active", issuer: "Test authority" }],
  });
  expect(await seen(["*.shop.example"])).toMatchObject([{ app: APP }]);
  const read = await served("www.shop.example");
  expect(read.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
  expect(JSON.stringify(planet.world())).not.toMatch(/PRIVATE KEY|BEGIN CERTIFICATE/);
});

test("an imported certificate goes first; edge learns of each change, and of the end", async () => {
  await call("POST", `/v1/apps/${APP}/certificates/acme`, { hostname: "own.example" });
  const [before] = (await seen(["*.shop.example", "own.example"])).slice(1);
  const keys = makeKeys();
  const foreign = await openAuthority(await createAuthority("Somebody else", Date.now()), Date.now);
  const fullchain = await foreign.sign({ name: "own.example", publicKey: keys.publicKey });
  const custom = { hostname: "own.example", fullchain, private_key: keys.key };
  expect((await call("POST", `/v1/apps/${APP}/certificates/custom`, custom)).status).toBe(201);
  expect((await served("own.example")).issuer).toBe("CN=Somebody else");
  await waitUntil(() => (hostnames()[1]?.version === before?.version ? undefined : true), {
    ...{ what: "the edge to see another version", deadlineMs: 5_000, intervalMs: 5 },
  });
  expect((await call("DELETE", `/v1/apps/${APP}/certificates/own.example/custom`)).status).toBe(200);
  expect((await served("own.example")).issuer).toBe("CN=Test authority");
  expect((await call("DELETE", `/v1/apps/${APP}/certificates/own.example`)).status).toBe(204);
  await seen(["*.shop.example"]);
  expect((await leaf("own.example")).status).toBe(400);
});

test("nobody else's names are signed, the planet's are for edge's own key, and an app's end is that of its names", async () => {
  expect((await leaf("example.com")).status).toBe(400);
  await call("POST", `/v1/apps/${APP}/certificates/acme`, { hostname: "shop.localhost" });
  const { key } = LeafCertificateSchema.parse((await leaf("shop.localhost")).json);
  expect(key).toBeUndefined();
  expect((await call("DELETE", `/v1/apps/${APP}`)).status).toBe(202);
  await seen([]);
  expect((await leaf("www.shop.example")).status).toBe(400);
});

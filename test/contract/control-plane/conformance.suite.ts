// Every operation of the platform's specification, against a control plane that is handed in. Run on a planet in memory
// and on a real one.
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Conformance, createConformance, operations } from "../../support/conformance.ts";
import { machineCases } from "./conformance.machine-cases.ts";

export interface Subject {
  readonly baseUrl: string;
  readonly token: string;
  /** A configuration whose program runs until it is told to end, and has `echo`. */
  readonly config: Readonly<Record<string, unknown>> & { readonly image: string };
  /** Whether the planet has an authority that signs; absent: either is right. */
  readonly issues?: boolean;
}

const fixture = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, "../../fixtures/certificates", name), "utf8");
const APP = "conform";
const ONE = "/apps/{app_name}/machines/{machine_id}";
const VOLUME = "/apps/{app_name}/volumes/{volume_id}";
const KEY = "/apps/{app_name}/secretkeys/{secret_name}";
const CERT = "/apps/{app_name}/certificates";
const IPS = "/apps/{app_name}/ip_assignments";

export function conformanceSuite(name: string, subject: () => Subject): void {
  let api: Conformance;
  const config = (): Subject["config"] => subject().config;
  beforeAll(() => {
    api = createConformance(subject().baseUrl, subject().token);
  });

  describe(`apps (${name})`, () => {
    test("are created, listed and shown", async () => {
      const made = await api.call("POST /apps", { body: { name: APP, org_slug: "personal" } });
      expect(made).toEqual(expect.objectContaining({ id: expect.any(String), created_at: expect.any(Number) }));
      await api.call("POST /apps", { body: { name: APP }, status: 422, variant: "name taken" });
      await api.call("POST /apps", { body: "{", status: 400, variant: "no JSON" });
      const { apps, total_apps: total } = await api.call("GET /apps", { query: "org_slug=personal" });
      expect(apps).toContainEqual(expect.objectContaining({ name: APP, status: "pending" }));
      expect(total).toBe(apps.length);
      await api.call("GET /apps", { status: 404, variant: "no organization" });
      await api.call("GET /apps/{app_name}", { at: [APP] });
      await api.call("GET /apps/{app_name}", { at: ["nobody"], status: 404 });
    });
    test("have deploy tokens, for themselves only", async () => {
      const { token } = await api.call("POST /apps/{app_name}/deploy_token", { at: [APP], body: { expiry: "1h" } });
      const headers = { authorization: String(token) };
      await api.call("GET /apps/{app_name}", { at: [APP], headers, variant: "deploy token" });
      await api.call("GET /apps/{app_name}", { at: ["other"], headers, status: 403, variant: "deploy token" });
      const { tokens } = await api.call("GET /tokens/current", { headers, variant: "deploy token" });
      expect(tokens).toEqual([expect.objectContaining({ apps: [APP] })]);
    });
  });

  describe(`platform, organizations and tokens (${name})`, () => {
    test("answer", async () => {
      const { regions, nearest } = await api.call("GET /platform/regions");
      expect(regions).toContainEqual(expect.objectContaining({ code: nearest }));
      const body = { org_slug: "personal", count: 3, region: "iad,ams" };
      const placed = await api.call("POST /platform/placements", { body });
      expect(placed.regions.map(({ count }: Answer) => count)).toEqual([2, 1]);
      await api.call("GET /tokens/current");
      await api.call("GET /tokens/current", { headers: { authorization: "Bearer no" }, status: 401 });
      const header = `Bearer ${subject().token}`;
      await api.call("POST /tokens/authenticate", { body: { header } });
      await api.call("POST /tokens/authenticate", { body: { header: "no" }, status: 400 });
      const access = { action: "rw", app_name: APP, org_slug: "personal" };
      await api.call("POST /tokens/authorize", { body: { header, access } });
      await api.call("POST /tokens/authorize", { body: { header: "no" }, status: 400 });
      expect(await api.call("POST /tokens/kms")).toMatch(/^fm2_/);
      expect(String(await api.call("POST /tokens/oidc", { body: { aud: "x" } })).split(".")).toHaveLength(3);
      await api.call("POST /tokens/oidc", { body: { aud: 1 }, status: 400 });
    });
  });

  describe(`volumes (${name})`, () => {
    let volume: Answer;
    test("are created, extended, copied and destroyed", async () => {
      const list = "/apps/{app_name}/volumes";
      volume = await api.call(`POST ${list}`, {
        at: [APP],
        body: { name: "data", region: "iad", size_gb: 1, fstype: null },
      });
      expect(volume).toMatchObject({ state: "created", size_gb: 1, region: "iad", auto_backup_enabled: true });
      expect(await api.call(`GET ${list}`, { at: [APP] })).toHaveLength(1);
      const GIB = 1024 ** 3;
      const { bytes_used: used, ...measured } = await api.call(`GET ${VOLUME}`, { at: [APP, volume.id] });
      expect(used).toBeLessThan(1024 ** 2);
      expect(measured).toMatchObject({ bytes_total: GIB, block_size: 4_096, blocks: GIB / 4_096 });
      expect(measured.blocks_free).toBe(Math.floor((GIB - used) / 4_096));
      await api.call(`GET ${VOLUME}`, { at: [APP, "vol_none"], status: 404 });
      const changed = await api.call(`PUT ${VOLUME}`, { at: [APP, volume.id], body: { snapshot_retention: 9 } });
      expect(changed.snapshot_retention).toBe(9);
      await api.call(`PUT ${VOLUME}`, { at: [APP, volume.id], body: { snapshot_retention: 99 }, status: 400 });
      const extended = await api.call(`PUT ${VOLUME}/extend`, { at: [APP, volume.id], body: { size_gb: 2 } });
      expect(extended).toMatchObject({ needs_restart: false, volume: { size_gb: 2 } });
      await api.call(`PUT ${VOLUME}/extend`, { at: [APP, volume.id], body: { size_gb: 1 }, status: 400 });
      await api.call(`POST ${VOLUME}/snapshots`, { at: [APP, volume.id] });
      const [snapshot] = await api.call(`GET ${VOLUME}/snapshots`, { at: [APP, volume.id] });
      expect(snapshot).toMatchObject({ status: "created", retention_days: 9 });
      for (const source of [{ snapshot_id: snapshot.id }, { source_volume_id: volume.id }]) {
        const copy = await api.call(`POST ${list}`, {
          at: [APP],
          body: { name: "copy", ...source },
          variant: Object.keys(source)[0]!,
        });
        expect(copy).toMatchObject({ state: "created", size_gb: 2, region: "iad" });
        await api.call(`DELETE ${VOLUME}`, { at: [APP, copy.id] });
      }
      const { volumes } = await api.call("GET /orgs/{org_slug}/volumes", { at: ["personal"] });
      expect(volumes).toContainEqual(expect.objectContaining({ id: volume.id, app_name: APP }));
    });
    test("belong to one machine", async () => {
      const mounted = { ...config(), mounts: [{ volume: volume.id, path: "/data" }] };
      const post = "POST /apps/{app_name}/machines";
      const holder = await api.call(post, {
        at: [APP],
        body: { config: mounted, skip_launch: true },
        variant: "with a volume",
      });
      await api.call(post, { at: [APP], body: { config: mounted }, status: 412, variant: "volume taken" });
      await api.call(`DELETE ${VOLUME}`, { at: [APP, volume.id], status: 412 });
      await api.call(`DELETE ${ONE}`, { at: [APP, holder.id], query: "force=true" });
      const query = "state=destroyed&timeout=30";
      await api.call(`GET ${ONE}/wait`, { at: [APP, holder.id], query, variant: "destroyed" });
      expect(await api.call(`DELETE ${VOLUME}`, { at: [APP, volume.id] })).not.toHaveProperty("attached_machine_id");
    });
  });

  describe(`secrets and keys (${name})`, () => {
    test("secrets are set, listed without values, and deleted", async () => {
      const at = [APP];
      const set = await api.call("POST /apps/{app_name}/secrets", { at, body: { values: { A: "1", B: "2" } } });
      expect(set).toMatchObject({ version: 1, Version: 1, secrets: [{ name: "A" }, { name: "B" }] });
      await api.call("POST /apps/{app_name}/secrets", { at, body: { values: { "no name": "" } }, status: 400 });
      const { secrets } = await api.call("GET /apps/{app_name}/secrets", { at });
      expect(JSON.stringify(secrets)).not.toContain('"value"');
      const shown = await api.call("GET /apps/{app_name}/secrets", {
        at,
        query: "show_secrets=true",
        variant: "values",
      });
      expect(shown.secrets[0].value).toBe("1");
      const one = "/apps/{app_name}/secrets/{secret_name}";
      expect((await api.call(`POST ${one}`, { at: [APP, "C"], body: { value: "3" } })).version).toBe(2);
      await api.call(`POST ${one}`, { at: [APP, "C"], body: {}, status: 400 });
      expect((await api.call(`GET ${one}`, { at: [APP, "C"], query: "show_secrets=true" })).value).toBe("3");
      expect((await api.call(`DELETE ${one}`, { at: [APP, "C"] })).version).toBe(3);
      await api.call(`GET ${one}`, { at: [APP, "C"], status: 404 });
      const cleared = await api.call("POST /apps/{app_name}/secrets", {
        at,
        body: { values: { A: null } },
        variant: "null",
      });
      expect(cleared).toMatchObject({ version: 4, secrets: [] });
    });
    test.each(["hs256", "hs512", "es256", "nacl_sign", "nacl_auth"])("a key of type %s signs", async (type) => {
      const at = [APP, type];
      const plaintext = [...Buffer.from("to be signed")];
      await api.call(`POST ${KEY}/generate`, { at, body: { type }, variant: type });
      const { signature } = await api.call(`POST ${KEY}/sign`, { at, body: { plaintext }, variant: type });
      const verified = await api.call(`POST ${KEY}/verify`, { at, body: { plaintext, signature }, variant: type });
      expect(verified).toBe("");
      const other = signature.with(0, signature[0] ^ 1);
      await api.call(`POST ${KEY}/verify`, { at, body: { plaintext, signature: other }, status: 400, variant: type });
      await api.call(`POST ${KEY}/encrypt`, { at, body: { plaintext }, status: 400, variant: type });
    });
    test.each(["xaes256gcm", "nacl_secretbox", "nacl_box"])("a key of type %s encrypts", async (type) => {
      const at = [APP, type];
      await api.call(`POST ${KEY}/generate`, { at, body: { type }, variant: type });
      const plaintext = [...Buffer.from("to be hidden")];
      const { ciphertext } = await api.call(`POST ${KEY}/encrypt`, { at, body: { plaintext }, variant: type });
      const opened = await api.call(`POST ${KEY}/decrypt`, { at, body: { ciphertext }, variant: type });
      expect(opened.plaintext).toEqual(plaintext);
      const base64 = Buffer.from(ciphertext as number[]).toString("base64");
      const again = await api.call(`POST ${KEY}/decrypt`, {
        at,
        body: { ciphertext: base64 },
        variant: `${type} base64`,
      });
      expect(again.plaintext).toEqual(plaintext);
      const last = ciphertext.length - 1;
      const broken = ciphertext.with(last, ciphertext[last] ^ 1);
      await api.call(`POST ${KEY}/decrypt`, { at, body: { ciphertext: broken }, status: 400, variant: type });
    });
    test("keys are brought, shown and deleted", async () => {
      const at = [APP, "own"];
      const value = Array.from({ length: 32 }, (_, i) => i);
      await api.call(`POST ${KEY}`, { at, body: { type: "hs256", value } });
      await api.call(`POST ${KEY}`, { at, body: { type: "hs256", value: [1] }, status: 400 });
      await api.call(`POST ${KEY}/generate`, { at, body: { type: "none" }, status: 400 });
      await api.call(`POST ${KEY}/sign`, { at, body: {}, status: 400 });
      expect(await api.call(`GET ${KEY}`, { at })).toMatchObject({ name: "own", type: "hs256" });
      const { secret_keys: keys } = await api.call("GET /apps/{app_name}/secretkeys", {
        at: [APP],
        query: "types=hs256",
      });
      expect(keys).toHaveLength(2);
      await api.call(`DELETE ${KEY}`, { at });
      await api.call(`GET ${KEY}`, { at, status: 404 });
    });
  });

  describe(`certificates and addresses (${name})`, () => {
    test("certificates are issued, brought and deleted", async () => {
      const hostname = "shop.example.com";
      const made = await api.call(`POST ${CERT}/acme`, { at: [APP], body: { hostname } });
      expect(made.acme_requested).toBe(true);
      const right = { true: ["active"], false: ["pending_validation"], undefined: ["active", "pending_validation"] };
      expect(right[`${subject().issues}`]).toContain(made.status);
      await api.call(`POST ${CERT}/acme`, { at: [APP], body: { hostname: "no name" }, status: 422 });
      const custom = {
        hostname: "custom.example.com",
        fullchain: fixture("shop.cert.pem"),
        private_key: fixture("shop.key.pem"),
      };
      await api.call(`POST ${CERT}/custom`, { at: [APP], body: custom });
      await api.call(`POST ${CERT}/custom`, { at: [APP], body: { ...custom, hostname: "x.example.org" }, status: 422 });
      const { certificates, next_cursor: cursor } = await api.call(`GET ${CERT}`, { at: [APP], query: "limit=1" });
      expect(certificates).toHaveLength(1);
      const second = await api.call(`GET ${CERT}`, { at: [APP], query: `limit=1&cursor=${cursor}`, variant: "cursor" });
      expect(second).toMatchObject({ certificates: [{ hostname }], total_count: 2 });
      await api.call(`GET ${CERT}/{hostname}`, { at: [APP, hostname] });
      await api.call(`POST ${CERT}/{hostname}/check`, { at: [APP, hostname] });
      await api.call(`DELETE ${CERT}/{hostname}/acme`, { at: [APP, hostname] });
      await api.call(`DELETE ${CERT}/{hostname}/custom`, { at: [APP, custom.hostname] });
      await api.call(`DELETE ${CERT}/{hostname}`, { at: [APP, hostname] });
      await api.call(`GET ${CERT}/{hostname}`, { at: [APP, hostname], status: 404 });
      const headers = { authorization: "Bearer no" };
      const refused = await api.call(`GET ${CERT}`, { at: [APP], headers, status: 401 });
      expect(refused.message).toBe("Unauthorized");
    });
    test.each(["v4", "v6", "shared_v4", "private_v6", "egress_v4", "egress_v6", "egress_pair"])(
      "an address of type %s",
      async (type) => {
        const { ip } = await api.call(`POST ${IPS}`, { at: [APP], body: { type, region: "" }, variant: type });
        const { ips } = await api.call(`GET ${IPS}`, { at: [APP] });
        expect(ips).toContainEqual(expect.objectContaining({ ip }));
        await api.call(`DELETE ${IPS}/{ip}`, { at: [APP, ip], variant: type });
        await api.call(`DELETE ${IPS}/{ip}`, { at: [APP, ip], status: 404 });
      },
    );
  });

  machineCases(name, APP, () => api, config);

  test(`every operation of the specification was exercised (${name})`, () => {
    const file = api.report(name);
    expect(Object.keys(api.exercised()).toSorted(), file).toEqual(operations.toSorted());
  });
}

// What apps were given: organizations, tokens, addresses and certificates; and the answers to requests that came with an
// idempotency key.
import type { IpType } from "../../../contract/certificates.ts";
import { cell, type Database, type Row } from "./database.ts";
import type { Sealer } from "./sealer.ts";

export interface OrganizationRecord {
  readonly slug: string;
  readonly id: string;
}

export interface TokenRecord {
  readonly id: string;
  /** SHA-256 of the token, hexadecimal. */
  readonly hash: string;
  readonly kind: "deploy";
  readonly organization: string;
  readonly app?: string;
  readonly name: string;
  readonly createdAt: string;
  /** Absent: never. */
  readonly expiresAtMs?: number;
}

export interface IpRecord {
  readonly app: string;
  readonly ip: string;
  readonly type: IpType;
  readonly region: string;
  readonly service: string;
  readonly network: string;
  readonly organization: string;
  readonly createdAt: string;
}

/** One certificate of a host name: PEM and what is known of it. */
export interface IssuedRecord {
  readonly fullchain: string;
  readonly keyType: "rsa" | "ecdsa";
  readonly issuer: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

export interface CertificateRecord {
  readonly app: string;
  readonly hostname: string;
  /** Whether the platform's own certificate was asked for. */
  readonly acme: boolean;
  /** What the owner proves the name with. */
  readonly ownership: string;
  readonly issued?: IssuedRecord;
  readonly custom?: IssuedRecord;
  /** PEM, by source. */
  readonly keys: { readonly issued?: string; readonly custom?: string };
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type HostnameRecord = Pick<CertificateRecord, "app" | "hostname" | "updatedAt">;

export interface GrantTables {
  organizations(): OrganizationRecord[];
  organization(slug: string): OrganizationRecord | undefined;
  insertOrganization(organization: OrganizationRecord, at: string): void;
  /** The result kept under a key within the last day. */
  remembered(key: string, nowMs: number): string | undefined;
  remember(key: string, result: string, nowMs: number): void;
  tokens(): TokenRecord[];
  tokenByHash(hash: string): TokenRecord | undefined;
  insertToken(token: TokenRecord): void;
  revokeToken(id: string, at: string): boolean;
  ips(app: string): IpRecord[];
  ipTaken(ip: string): boolean;
  insertIp(record: IpRecord): void;
  dropIp(app: string, ip: string): boolean;
  certificates(app?: string): CertificateRecord[];
  certificate(app: string, hostname: string): CertificateRecord | undefined;
  /** Host names for which there is a certificate. The keys stay sealed. */
  hostnames(): HostnameRecord[];
  putCertificate(record: CertificateRecord): void;
  dropCertificate(app: string, hostname: string): boolean;
  /** Everything an app was given goes. */
  forgetApp(app: string): void;
}

/** How long an idempotency key holds. */
const REMEMBERED_MS = 86_400_000;

function tokenOf(row: Row): TokenRecord {
  return {
    id: String(row.id),
    hash: String(row.hash),
    kind: "deploy",
    organization: String(row.organization),
    name: String(row.name),
    createdAt: String(row.created_at),
    ...(typeof row.app === "string" ? { app: row.app } : {}),
    ...(typeof row.expires_at_ms === "number" ? { expiresAtMs: row.expires_at_ms } : {}),
  };
}

function ipOf(row: Row): IpRecord {
  return {
    app: String(row.app),
    ip: String(row.ip),
    type: row.type as IpType,
    region: String(row.region),
    service: String(row.service),
    network: String(row.network),
    organization: String(row.organization),
    createdAt: String(row.created_at),
  };
}

export function grantTables(db: Database, sealer: Sealer): GrantTables {
  const belongs = (app: string, hostname: string): string => `certificate ${app} ${hostname}`;
  const certificateOf = (row: Row): CertificateRecord => {
    const app = String(row.app);
    const hostname = String(row.hostname);
    const keys =
      row.sealed_keys instanceof Uint8Array
        ? sealer.open(row.sealed_keys, belongs(app, hostname)).toString("utf8")
        : "{}";
    return {
      app,
      hostname,
      acme: row.acme === 1,
      ownership: String(row.ownership),
      keys: JSON.parse(keys) as CertificateRecord["keys"],
      createdAt: String(row.created_at),
      updatedAt: String(row.updated_at),
      ...(typeof row.issued === "string" ? { issued: JSON.parse(row.issued) as IssuedRecord } : {}),
      ...(typeof row.custom === "string" ? { custom: JSON.parse(row.custom) as IssuedRecord } : {}),
    };
  };
  const organizationOf = (row: Row): OrganizationRecord => ({ slug: String(row.slug), id: String(row.id) });

  return {
    organizations: () => db.all("SELECT * FROM organizations ORDER BY slug").map(organizationOf),
    organization: (slug) => {
      const row = db.one("SELECT * FROM organizations WHERE slug = ?", slug);
      return row === undefined ? undefined : organizationOf(row);
    },
    insertOrganization: ({ slug, id }, at) =>
      void db.run("INSERT INTO organizations VALUES (?, ?, ?) ON CONFLICT DO NOTHING", slug, id, at),
    remembered: (key, nowMs) =>
      db
        .one("SELECT result FROM idempotency WHERE key = ? AND created_at_ms > ?", key, nowMs - REMEMBERED_MS)
        ?.result?.toString(),
    remember: (key, result, nowMs) => {
      db.run("DELETE FROM idempotency WHERE created_at_ms < ?", nowMs - REMEMBERED_MS);
      db.run(
        "INSERT INTO idempotency VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET result = excluded.result, created_at_ms = excluded.created_at_ms",
        ...[key, result, nowMs],
      );
    },
    tokens: () => db.all("SELECT * FROM tokens WHERE revoked_at IS NULL ORDER BY created_at, id").map(tokenOf),
    tokenByHash: (hash) => {
      const row = db.one("SELECT * FROM tokens WHERE hash = ? AND revoked_at IS NULL", hash);
      return row === undefined ? undefined : tokenOf(row);
    },
    insertToken: ({ id, hash, kind, organization, app, name, createdAt, expiresAtMs }) =>
      void db.run(
        "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        ...[id, hash, kind, organization, app ?? null, name, createdAt, expiresAtMs ?? null],
      ),
    revokeToken: (id, at) => db.run("UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", at, id) > 0,
    ips: (app) => db.all("SELECT * FROM ip_assignments WHERE app = ? ORDER BY created_at, ip", app).map(ipOf),
    ipTaken: (ip) => db.one("SELECT 1 FROM ip_assignments WHERE ip = ?", ip) !== undefined,
    insertIp: ({ app, ip, type, region, service, network, organization, createdAt }) =>
      void db.run(
        "INSERT INTO ip_assignments VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ...[app, ip, type, region, service, network, organization, createdAt],
      ),
    dropIp: (app, ip) => db.run("DELETE FROM ip_assignments WHERE app = ? AND ip = ?", app, ip) > 0,
    certificates: (app) =>
      (app === undefined
        ? db.all("SELECT * FROM certificates ORDER BY hostname")
        : db.all("SELECT * FROM certificates WHERE app = ? ORDER BY hostname", app)
      ).map(certificateOf),
    certificate: (app, hostname) => {
      const row = db.one("SELECT * FROM certificates WHERE app = ? AND hostname = ?", app, hostname);
      return row === undefined ? undefined : certificateOf(row);
    },
    hostnames: () =>
      db
        .all(
          "SELECT app, hostname, updated_at FROM certificates WHERE issued IS NOT NULL OR custom IS NOT NULL ORDER BY hostname",
        )
        .map((row) => ({
          app: String(row.app),
          hostname: String(row.hostname),
          updatedAt: String(row.updated_at),
        })),
    putCertificate: ({ app, hostname, acme, ownership, issued, custom, keys, createdAt, updatedAt }) =>
      void db.run(
        `INSERT INTO certificates (app, hostname, acme, ownership, issued, custom, sealed_keys, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (app, hostname) DO UPDATE SET acme = excluded.acme,
           issued = excluded.issued, custom = excluded.custom, sealed_keys = excluded.sealed_keys, updated_at = excluded.updated_at`,
        ...[app, hostname, cell(acme), ownership, cell(issued), cell(custom)],
        ...[sealer.seal(Buffer.from(JSON.stringify(keys)), belongs(app, hostname)), createdAt, updatedAt],
      ),
    dropCertificate: (app, hostname) =>
      db.run("DELETE FROM certificates WHERE app = ? AND hostname = ?", app, hostname) > 0,
    forgetApp: (app) => {
      for (const table of ["ip_assignments", "certificates", "tokens"])
        db.run(`DELETE FROM ${table} WHERE app = ?`, app);
    },
  };
}

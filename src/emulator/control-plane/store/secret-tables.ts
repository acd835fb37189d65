// An app's secrets and secret keys, as sealed rows. Each change gives the app a new secrets version; what a name had in
// earlier versions is kept for a while, so that a machine can be asked for the secrets of its version.
import type { SecretKeyType } from "../../../contract/secrets.ts";
import type { Database, Row } from "./database.ts";
import type { Sealer } from "./sealer.ts";

export interface SecretRecord {
  readonly name: string;
  readonly value: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface SecretKeyRecord {
  readonly name: string;
  readonly type: SecretKeyType;
  readonly publicKey?: Uint8Array;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface SecretTables {
  /** The app's version of secrets; 0 before the first. */
  version(app: string): number;
  /** What is in force, by name. */
  list(app: string): SecretRecord[];
  get(app: string, name: string): SecretRecord | undefined;
  /** Names and values of what is in force, for a machine's environment. */
  values(app: string): Record<string, string>;
  /** Sets and, with null, deletes; answers the app's new version. */
  change(app: string, values: Readonly<Record<string, string | null>>, at: string): number;
  keys(app: string): SecretKeyRecord[];
  key(app: string, name: string): (SecretKeyRecord & { readonly material: Buffer }) | undefined;
  putKey(
    app: string,
    key: {
      readonly name: string;
      readonly type: SecretKeyType;
      readonly material: Uint8Array;
      readonly publicKey?: Uint8Array;
    },
    at: string,
  ): number;
  dropKey(app: string, name: string): number;
  forget(app: string): void;
}

/** Earlier values kept for each name. */
const VERSIONS_KEPT = 10;

export function secretTables(db: Database, sealer: Sealer): SecretTables {
  const belongs = (kind: string, app: string, name: string): string => `${kind} ${app} ${name}`;
  const next = (app: string): number => {
    db.run("UPDATE apps SET secrets_version = secrets_version + 1 WHERE name = ?", app);
    return version(app);
  };
  const version = (app: string): number =>
    Number(db.one("SELECT secrets_version FROM apps WHERE name = ?", app)?.secrets_version ?? 0);
  const secretOf = (app: string, row: Row): SecretRecord => ({
    name: String(row.name),
    value: sealer.open(row.sealed as Uint8Array, belongs("secret", app, String(row.name))).toString("utf8"),
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
  });
  const inForce = (app: string): Row[] =>
    db.all(
      `SELECT s.* FROM secrets s JOIN (SELECT name, max(version) AS version FROM secrets WHERE app = ? GROUP BY name) newest
         ON newest.name = s.name AND newest.version = s.version WHERE s.app = ? AND s.sealed IS NOT NULL ORDER BY s.name`,
      ...[app, app],
    );
  const keyOf = (row: Row): SecretKeyRecord => ({
    name: String(row.name),
    type: row.type as SecretKeyType,
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
    ...(row.public_key instanceof Uint8Array ? { publicKey: row.public_key } : {}),
  });
  const newest = (app: string, name: string): Row | undefined =>
    db.one("SELECT * FROM secrets WHERE app = ? AND name = ? ORDER BY version DESC LIMIT 1", app, name);

  return {
    version,
    list: (app) => inForce(app).map((row) => secretOf(app, row)),
    get: (app, name) => {
      const row = newest(app, name);
      return row?.sealed instanceof Uint8Array ? secretOf(app, row) : undefined;
    },
    values: (app) => Object.fromEntries(inForce(app).map((row) => [row.name, secretOf(app, row).value])),
    change: (app, values, at) =>
      db.transaction(() => {
        const entries = Object.entries(values);
        if (entries.length === 0) return version(app);
        const to = next(app);
        for (const [name, value] of entries) {
          const before = newest(app, name);
          const created = before?.sealed instanceof Uint8Array ? String(before.created_at) : at;
          const sealed = value === null ? null : sealer.seal(Buffer.from(value), belongs("secret", app, name));
          db.run("INSERT INTO secrets VALUES (?, ?, ?, ?, ?, ?)", app, name, to, sealed, created, at);
          db.run(
            `DELETE FROM secrets WHERE app = ? AND name = ? AND version NOT IN (
               SELECT version FROM secrets WHERE app = ? AND name = ? ORDER BY version DESC LIMIT ?)`,
            ...[app, name, app, name, VERSIONS_KEPT],
          );
        }
        return to;
      }),
    keys: (app) => db.all("SELECT * FROM secret_keys WHERE app = ? ORDER BY name", app).map(keyOf),
    key: (app, name) => {
      const row = db.one("SELECT * FROM secret_keys WHERE app = ? AND name = ?", app, name);
      if (row === undefined) return undefined;
      return { ...keyOf(row), material: sealer.open(row.sealed as Uint8Array, belongs("key", app, name)) };
    },
    putKey: (app, { name, type, material, publicKey }, at) =>
      db.transaction(() => {
        db.run(
          `INSERT INTO secret_keys VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (app, name)
             DO UPDATE SET type = excluded.type, sealed = excluded.sealed, public_key = excluded.public_key, updated_at = excluded.updated_at`,
          ...[app, name, type, sealer.seal(material, belongs("key", app, name)), publicKey ?? null, at, at],
        );
        return next(app);
      }),
    dropKey: (app, name) =>
      db.transaction(() => {
        db.run("DELETE FROM secret_keys WHERE app = ? AND name = ?", app, name);
        return next(app);
      }),
    forget: (app) => {
      db.run("DELETE FROM secrets WHERE app = ?", app);
      db.run("DELETE FROM secret_keys WHERE app = ?", app);
    },
  };
}

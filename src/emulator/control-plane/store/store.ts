// The planet's memory. Every change is durable when the call returns; no rule of the platform lives here.
import { randomBytes } from "node:crypto";
import type { AppRecord } from "../../model/records.ts";
import { MAX_MACHINE_NUMBER } from "../../topology/address-plan.ts";
import { cell, openDatabase, type Row } from "./database.ts";
import { type EventTables, eventTables } from "./event-tables.ts";
import { type GrantTables, grantTables } from "./grant-tables.ts";
import { type MachineChange, type MachineTables, machineTables } from "./machine-tables.ts";
import { releaseRecords, type ReleaseRecords } from "./release-records.ts";
import { createSealer, SEALING_KEY_BYTES } from "./sealer.ts";
import { type SecretTables, secretTables } from "./secret-tables.ts";
import { type VolumeTables, volumeTables } from "./volume-tables.ts";

export type { MachineChange };

export interface Store extends MachineTables, EventTables, ReleaseRecords {
  /** Runs the work in one transaction: all of it is kept, or, when it throws, nothing. */
  transaction<T>(work: () => T): T;
  getValue(key: string): string | undefined;
  setValue(key: string, value: string): void;
  activeRegions(): string[];
  activateRegion(code: string, at: string): void;
  apps(): AppRecord[];
  app(name: string): AppRecord | undefined;
  insertApp(app: Omit<AppRecord, "secretsVersion">): void;
  /** The app with its secrets, certificates, addresses and tokens; machines and volumes have an end of their own. */
  deleteApp(name: string): void;
  readonly volumes: VolumeTables;
  readonly secrets: SecretTables;
  readonly grants: GrantTables;
  close(): void;
}

export interface StoreOptions {
  /** The 32 bytes that secrets are sealed with; made anew where absent, for tests. */
  readonly key?: Uint8Array;
  /** Machines that have addresses in one region. */
  readonly machinesPerRegion?: number;
}

function appOf(row: Row): AppRecord {
  return {
    id: String(row.id),
    name: String(row.name),
    organization: String(row.organization),
    network: String(row.network),
    createdAt: String(row.created_at),
    secretsVersion: Number(row.secrets_version),
  };
}

/** Opens the database at a path, making or upgrading its tables. */
export function openStore(
  path: string,
  { key = randomBytes(SEALING_KEY_BYTES), machinesPerRegion = MAX_MACHINE_NUMBER }: StoreOptions = {},
): Store {
  const db = openDatabase(path);
  const sealer = createSealer(key, randomBytes);
  const secrets = secretTables(db, sealer);
  const grants = grantTables(db, sealer);
  return {
    ...machineTables(db, machinesPerRegion),
    ...eventTables(db),
    ...releaseRecords(db),
    volumes: volumeTables(db),
    secrets,
    grants,
    transaction: db.transaction,
    getValue: (name) => db.one("SELECT value FROM planet WHERE key = ?", name)?.value?.toString(),
    setValue: (name, value) =>
      void db.run(
        "INSERT INTO planet (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        ...[name, value],
      ),
    activeRegions: () => db.all("SELECT code FROM regions ORDER BY code").map((row) => String(row.code)),
    activateRegion: (code, at) =>
      void db.run("INSERT INTO regions (code, activated_at) VALUES (?, ?) ON CONFLICT DO NOTHING", code, at),
    apps: () => db.all("SELECT * FROM apps ORDER BY name").map(appOf),
    app: (name) => {
      const row = db.one("SELECT * FROM apps WHERE name = ?", name);
      return row === undefined ? undefined : appOf(row);
    },
    insertApp: (app) =>
      void db.run(
        "INSERT INTO apps (name, id, organization, network, created_at) VALUES (?, ?, ?, ?, ?)",
        ...[app.name, app.id, app.organization, app.network, cell(app.createdAt)],
      ),
    deleteApp: (name) =>
      db.transaction(() => {
        secrets.forget(name);
        grants.forgetApp(name);
        db.run("DELETE FROM releases WHERE app = ?", name);
        db.run("DELETE FROM apps WHERE name = ?", name);
      }),
    close: db.close,
  };
}

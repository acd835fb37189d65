// The tables of the planet's database, as numbered migrations. A migration that has shipped is never changed.

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE planet (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE regions (code TEXT PRIMARY KEY, activated_at TEXT NOT NULL) STRICT;
  CREATE TABLE apps (name TEXT PRIMARY KEY, id TEXT NOT NULL, organization TEXT NOT NULL, network TEXT NOT NULL, created_at TEXT NOT NULL) STRICT;
  CREATE TABLE machines (
    id TEXT PRIMARY KEY,
    app TEXT NOT NULL,
    name TEXT NOT NULL,
    region TEXT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    desired TEXT NOT NULL,
    instance_id TEXT NOT NULL,
    config TEXT NOT NULL,
    cordoned INTEGER NOT NULL,
    restarts INTEGER NOT NULL,
    restart_window_start_ms INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX machines_by_app ON machines (app);
  CREATE UNIQUE INDEX machine_addresses ON machines (region, number) WHERE state <> 'destroyed';
  CREATE UNIQUE INDEX machine_names ON machines (app, name) WHERE desired <> 'destroyed';
  CREATE TABLE events (seq INTEGER PRIMARY KEY, machine TEXT NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE INDEX events_by_machine ON events (machine, seq);
  CREATE TABLE checks (
    machine TEXT NOT NULL, instance_id TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, output TEXT NOT NULL, updated_at TEXT NOT NULL,
    PRIMARY KEY (machine, name)
  ) STRICT;
  `,
  `
  ALTER TABLE apps ADD COLUMN secrets_version INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE machines ADD COLUMN restart_requested INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE machines ADD COLUMN stop_signal TEXT;
  ALTER TABLE machines ADD COLUMN stop_timeout_ms INTEGER;
  ALTER TABLE machines ADD COLUMN memory_limit_mb INTEGER;
  ALTER TABLE machines ADD COLUMN min_secrets_version INTEGER;
  ALTER TABLE machines ADD COLUMN skip_secrets INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX machines_by_change ON machines (updated_at, id);
  CREATE INDEX destroyed_machines ON machines (updated_at) WHERE state = 'destroyed';
  CREATE TABLE machine_versions (
    machine TEXT NOT NULL, instance_id TEXT NOT NULL, config TEXT NOT NULL, created_at TEXT NOT NULL,
    PRIMARY KEY (machine, instance_id)
  ) STRICT;
  INSERT INTO machine_versions SELECT id, instance_id, config, updated_at FROM machines;
  CREATE TABLE leases (
    machine TEXT PRIMARY KEY, nonce TEXT NOT NULL, owner TEXT NOT NULL, description TEXT NOT NULL, expires_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE organizations (slug TEXT PRIMARY KEY, id TEXT NOT NULL, created_at TEXT NOT NULL) STRICT;
  CREATE TABLE idempotency (key TEXT PRIMARY KEY, result TEXT NOT NULL, created_at_ms INTEGER NOT NULL) STRICT;
  CREATE TABLE volumes (
    id TEXT PRIMARY KEY, app TEXT NOT NULL, name TEXT NOT NULL, region TEXT NOT NULL, zone TEXT NOT NULL, size_gb INTEGER NOT NULL,
    state TEXT NOT NULL, encrypted INTEGER NOT NULL, fstype TEXT NOT NULL, snapshot_retention INTEGER NOT NULL, auto_backup INTEGER NOT NULL,
    machine TEXT, source TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX volumes_by_app ON volumes (app);
  CREATE INDEX volumes_by_machine ON volumes (machine) WHERE machine IS NOT NULL;
  CREATE TABLE snapshots (
    id TEXT PRIMARY KEY, volume TEXT NOT NULL, state TEXT NOT NULL, bytes INTEGER NOT NULL, size_gb INTEGER NOT NULL,
    retention_days INTEGER NOT NULL, created_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX snapshots_by_volume ON snapshots (volume);
  CREATE TABLE secrets (
    app TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, sealed BLOB, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    PRIMARY KEY (app, name, version)
  ) STRICT;
  CREATE TABLE secret_keys (
    app TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, sealed BLOB NOT NULL, public_key BLOB,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (app, name)
  ) STRICT;
  CREATE TABLE ip_assignments (
    app TEXT NOT NULL, ip TEXT NOT NULL, type TEXT NOT NULL, region TEXT NOT NULL, service TEXT NOT NULL, network TEXT NOT NULL,
    organization TEXT NOT NULL, created_at TEXT NOT NULL, PRIMARY KEY (app, ip)
  ) STRICT;
  CREATE INDEX ip_addresses ON ip_assignments (ip);
  CREATE TABLE certificates (
    hostname TEXT NOT NULL, app TEXT NOT NULL, acme INTEGER NOT NULL, ownership TEXT NOT NULL, issued TEXT, custom TEXT, sealed_keys BLOB,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (app, hostname)
  ) STRICT;
  CREATE TABLE tokens (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, organization TEXT NOT NULL, app TEXT, name TEXT NOT NULL,
    created_at TEXT NOT NULL, expires_at_ms INTEGER, revoked_at TEXT
  ) STRICT;
  `,
  `
  CREATE TABLE releases (id TEXT PRIMARY KEY, app TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE UNIQUE INDEX release_versions ON releases (app, version);
  `,
  `
  ALTER TABLE machines ADD COLUMN image_digest TEXT;
  `,
];

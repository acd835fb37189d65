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
  CREATE TABLE releases (id TEXT PRIMARY KEY, app TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE UNIQUE INDEX release_versions ON releases (app, version);
  `,
];

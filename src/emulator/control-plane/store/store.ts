// The planet's memory: SQLite in a file (or ":memory:" in tests). Every change is durable when the call returns; no
// rule of the platform lives here.
import { DatabaseSync } from "node:sqlite";
import type { MachineConfig, MachineState } from "../../../contract/machine.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { AppRecord, CheckRecord, MachineEvent, MachineRecord } from "../../model/records.ts";
import { MAX_MACHINE_NUMBER } from "../../topology/address-plan.ts";
import { releaseRecords, type ReleaseRecords } from "./release-records.ts";
import { MIGRATIONS } from "./schema.ts";

/** Events kept for each machine; older ones are dropped, as on the platform. */
const EVENTS_KEPT = 50;

type Row = Record<string, string | number | bigint | null | Uint8Array>;

export type MachineChange = Partial<
  Pick<MachineRecord, "state" | "desired" | "instanceId" | "config" | "cordoned" | "restarts" | "restartWindowStartMs">
>;

export interface Store extends ReleaseRecords {
  /** Runs the work in one transaction: all of it is kept, or, when it throws, nothing. */
  transaction<T>(work: () => T): T;
  getValue(key: string): string | undefined;
  setValue(key: string, value: string): void;
  activeRegions(): string[];
  activateRegion(code: string, at: string): void;
  apps(): AppRecord[];
  app(name: string): AppRecord | undefined;
  insertApp(app: AppRecord): void;
  deleteApp(name: string): void;
  machines(filter?: { readonly app?: string; readonly destroyed?: boolean }): MachineRecord[];
  machine(id: string): MachineRecord | undefined;
  /** Inserts a machine with the lowest free number of its region. @throws ADDRESS_CLASH the region is full; CONFLICT the name is taken */
  insertMachine(machine: Omit<MachineRecord, "number">): MachineRecord;
  updateMachine(id: string, change: MachineChange, at: string): void;
  addEvent(machine: string, event: MachineEvent): void;
  events(machine: string): MachineEvent[];
  putCheck(check: CheckRecord): void;
  checks(machine: string): CheckRecord[];
  close(): void;
}

const COLUMNS: Record<keyof MachineChange, string> = {
  state: "state",
  desired: "desired",
  instanceId: "instance_id",
  config: "config",
  cordoned: "cordoned",
  restarts: "restarts",
  restartWindowStartMs: "restart_window_start_ms",
};

function machineOf(row: Row): MachineRecord {
  return {
    id: String(row.id),
    app: String(row.app),
    name: String(row.name),
    region: String(row.region),
    number: Number(row.number),
    state: row.state as MachineState,
    desired: row.desired as MachineRecord["desired"],
    instanceId: String(row.instance_id),
    config: JSON.parse(String(row.config)) as MachineConfig,
    cordoned: row.cordoned === 1,
    restarts: Number(row.restarts),
    restartWindowStartMs: Number(row.restart_window_start_ms),
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
  };
}

function appOf(row: Row): AppRecord {
  return {
    id: String(row.id),
    name: String(row.name),
    organization: String(row.organization),
    network: String(row.network),
    createdAt: String(row.created_at),
  };
}

function cell(value: unknown): string | number {
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" || typeof value === "string" ? value : JSON.stringify(value);
}

/** SQLite's own number for a disk without room. */
const SQLITE_FULL = 13;

/** Runs a change. @throws DISK_FULL; what was there before is still there then */
function changing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if ((error as { errcode?: unknown }).errcode !== SQLITE_FULL) throw error;
    throw new AppError("DISK_FULL", "The planet's state cannot be written: the disk is full", {
      cause: error,
      suggestions: ["docker system prune", "hangar doctor"],
    });
  }
}

function migrate(db: DatabaseSync): void {
  const { user_version: version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
  for (let next = version; next < MIGRATIONS.length; next += 1) {
    db.exec(`BEGIN; ${MIGRATIONS[next]} PRAGMA user_version = ${next + 1}; COMMIT;`);
  }
}

/** Opens the database at a path, making or upgrading its tables. */
export function openStore(path: string): Store {
  const db = new DatabaseSync(path);
  // FULL: what was acknowledged survives a power cut too, not only the death of the process.
  db.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON;",
  );
  migrate(db);
  const statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  const prepare = (sql: string): ReturnType<DatabaseSync["prepare"]> => {
    let statement = statements.get(sql);
    if (statement === undefined) statements.set(sql, (statement = db.prepare(sql)));
    return statement;
  };
  const all = (sql: string, ...values: (string | number)[]): Row[] => prepare(sql).all(...values);
  const one = (sql: string, ...values: (string | number)[]): Row | undefined => prepare(sql).get(...values);
  const run = (sql: string, ...values: (string | number)[]): void => changing(() => void prepare(sql).run(...values));
  let depth = 0;

  const transaction = <T>(work: () => T): T => {
    if (depth > 0) return work();
    db.exec("BEGIN IMMEDIATE");
    depth += 1;
    try {
      const result = work();
      changing(() => db.exec("COMMIT"));
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    } finally {
      depth -= 1;
    }
  };

  const freeNumber = (region: string): number => {
    const taken = new Set(
      all("SELECT number FROM machines WHERE region = ? AND state <> 'destroyed'", region).map((row) =>
        Number(row.number),
      ),
    );
    for (let number = 1; number <= MAX_MACHINE_NUMBER; number += 1) if (!taken.has(number)) return number;
    throw new AppError(
      "ADDRESS_CLASH",
      `Region "${region}" has no free address: it holds ${MAX_MACHINE_NUMBER} machines`,
      {
        suggestions: ["destroy machines that are no longer needed", "use another region"],
      },
    );
  };

  return {
    ...releaseRecords({ all, run }),
    transaction,
    getValue: (key) => one("SELECT value FROM planet WHERE key = ?", key)?.value?.toString(),
    setValue: (key, value) =>
      run(
        "INSERT INTO planet (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        key,
        value,
      ),
    activeRegions: () => all("SELECT code FROM regions ORDER BY code").map((row) => String(row.code)),
    activateRegion: (code, at) =>
      run("INSERT INTO regions (code, activated_at) VALUES (?, ?) ON CONFLICT DO NOTHING", code, at),
    apps: () => all("SELECT * FROM apps ORDER BY name").map(appOf),
    app: (name) => {
      const row = one("SELECT * FROM apps WHERE name = ?", name);
      return row === undefined ? undefined : appOf(row);
    },
    insertApp: (app) =>
      run(
        "INSERT INTO apps (name, id, organization, network, created_at) VALUES (?, ?, ?, ?, ?)",
        app.name,
        app.id,
        app.organization,
        app.network,
        app.createdAt,
      ),
    deleteApp: (name) =>
      transaction(() => {
        run("DELETE FROM releases WHERE app = ?", name);
        run("DELETE FROM apps WHERE name = ?", name);
      }),
    machines: ({ app, destroyed = false } = {}) => {
      const rows =
        app === undefined
          ? all("SELECT * FROM machines ORDER BY created_at, id")
          : all("SELECT * FROM machines WHERE app = ? ORDER BY created_at, id", app);
      return rows.map(machineOf).filter((machine) => destroyed || machine.state !== "destroyed");
    },
    machine: (id) => {
      const row = one("SELECT * FROM machines WHERE id = ?", id);
      return row === undefined ? undefined : machineOf(row);
    },
    insertMachine: (machine) =>
      transaction(() => {
        const holder = one(
          "SELECT id FROM machines WHERE app = ? AND name = ? AND desired <> 'destroyed'",
          machine.app,
          machine.name,
        );
        if (holder !== undefined) {
          throw new AppError(
            "CONFLICT",
            `already_exists: unique machine name violation, machine ID ${String(holder.id)} already exists with name "${machine.name}"`,
          );
        }
        const record: MachineRecord = { ...machine, number: freeNumber(machine.region) };
        run(
          "INSERT INTO machines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          ...[
            record.id,
            record.app,
            record.name,
            record.region,
            record.number,
            record.state,
            record.desired,
            record.instanceId,
          ],
          ...[
            cell(record.config),
            cell(record.cordoned),
            record.restarts,
            record.restartWindowStartMs,
            record.createdAt,
            record.updatedAt,
          ],
        );
        return record;
      }),
    updateMachine: (id, change, at) => {
      const entries = Object.entries(change).filter(([, value]) => value !== undefined) as [
        keyof MachineChange,
        unknown,
      ][];
      const assignments = entries.map(([key]) => `${COLUMNS[key]} = ?`);
      run(
        `UPDATE machines SET ${[...assignments, "updated_at = ?"].join(", ")} WHERE id = ?`,
        ...entries.map(([, value]) => cell(value)),
        at,
        id,
      );
    },
    addEvent: (machine, event) => {
      run("INSERT INTO events (machine, body) VALUES (?, ?)", machine, JSON.stringify(event));
      run(
        "DELETE FROM events WHERE machine = ? AND seq NOT IN (SELECT seq FROM events WHERE machine = ? ORDER BY seq DESC LIMIT ?)",
        machine,
        machine,
        EVENTS_KEPT,
      );
    },
    events: (machine) =>
      all("SELECT body FROM events WHERE machine = ? ORDER BY seq DESC", machine).map(
        (row) => JSON.parse(String(row.body)) as MachineEvent,
      ),
    putCheck: (check) =>
      run(
        `INSERT INTO checks (machine, instance_id, name, status, output, updated_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (machine, name) DO UPDATE SET instance_id = excluded.instance_id, status = excluded.status, output = excluded.output, updated_at = excluded.updated_at`,
        ...[check.machineId, check.instanceId, check.name, check.status, check.output, check.updated_at],
      ),
    checks: (machine) =>
      all("SELECT * FROM checks WHERE machine = ? ORDER BY name", machine).map((row) => ({
        machineId: String(row.machine),
        instanceId: String(row.instance_id),
        name: String(row.name),
        status: row.status as CheckRecord["status"],
        output: String(row.output),
        updated_at: String(row.updated_at),
      })),
    close: () => db.close(),
  };
}

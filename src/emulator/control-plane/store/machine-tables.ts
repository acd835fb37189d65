// Machines with their versions and leases, as rows.
import { AppError } from "../../../errors/app-error.ts";
import type { MachineConfig, MachineState } from "../../../contract/machine.ts";
import type { LeaseRecord, MachineRecord, MachineVersionRecord } from "../../model/records.ts";
import { cell, type Database, type Row } from "./database.ts";

export type MachineChange = {
  readonly [
    Key in
      | "state"
      | "desired"
      | "instanceId"
      | "config"
      | "cordoned"
      | "restarts"
      | "restartWindowStartMs"
      | "restartRequested"
      | "skipSecrets"
  ]?: MachineRecord[Key];
} & {
  /** Null clears. */
  readonly [Key in "stopSignal" | "stopTimeoutMs" | "memoryLimitMb" | "minSecretsVersion" | "imageDigest"]?: Exclude<
    MachineRecord[Key],
    undefined
  > | null;
};

export interface MachineFilter {
  readonly app?: string;
  /** Whether destroyed machines are wanted too. */
  readonly destroyed?: boolean;
}

export interface MachineTables {
  machines(filter?: MachineFilter): MachineRecord[];
  machine(id: string): MachineRecord | undefined;
  machineCount(app: string): number;
  /**
   * Inserts a machine with the lowest free number of its region.
   * @throws ADDRESS_CLASH the region is full; CONFLICT the name is taken
   */
  insertMachine(machine: Omit<MachineRecord, "number">): MachineRecord;
  updateMachine(id: string, change: MachineChange, at: string): void;
  /** Forgets all but the newest destroyed machines, with everything that is known of them. */
  pruneDestroyed(keep: number): void;
  /** Newest first. */
  versions(machine: string): MachineVersionRecord[];
  version(machine: string, instanceId: string): MachineVersionRecord | undefined;
  /** The lease in force at that time. */
  lease(machine: string, nowMs: number): LeaseRecord | undefined;
  /** All leases in force of an app's machines. */
  leases(app: string, nowMs: number): LeaseRecord[];
  putLease(lease: LeaseRecord): void;
  dropLease(machine: string): void;
}

/** Versions kept for each machine, the newest ones. */
const VERSIONS_KEPT = 50;

const COLUMNS: Record<keyof MachineChange, string> = {
  state: "state",
  desired: "desired",
  instanceId: "instance_id",
  config: "config",
  cordoned: "cordoned",
  restarts: "restarts",
  restartWindowStartMs: "restart_window_start_ms",
  restartRequested: "restart_requested",
  stopSignal: "stop_signal",
  stopTimeoutMs: "stop_timeout_ms",
  memoryLimitMb: "memory_limit_mb",
  minSecretsVersion: "min_secrets_version",
  skipSecrets: "skip_secrets",
  imageDigest: "image_digest",
};

/** Parsed configurations that are kept; all of a large planet. */
const CONFIGS_KEPT = 20_000;

/** Reads configurations, each text once: they are read far more often than written. */
function configReader(): (machine: string, text: string) => MachineConfig {
  const known = new Map<string, { readonly text: string; readonly config: MachineConfig }>();
  return (machine, text) => {
    const present = known.get(machine);
    if (present?.text === text) return present.config;
    if (known.size >= CONFIGS_KEPT) known.clear();
    const config = JSON.parse(text) as MachineConfig;
    known.set(machine, { text, config });
    return config;
  };
}

function machineOf(row: Row, config: MachineConfig): MachineRecord {
  return {
    id: String(row.id),
    app: String(row.app),
    name: String(row.name),
    region: String(row.region),
    number: Number(row.number),
    state: row.state as MachineState,
    desired: row.desired as MachineRecord["desired"],
    instanceId: String(row.instance_id),
    config,
    cordoned: row.cordoned === 1,
    restarts: Number(row.restarts),
    restartWindowStartMs: Number(row.restart_window_start_ms),
    restartRequested: row.restart_requested === 1,
    skipSecrets: row.skip_secrets === 1,
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
    ...(typeof row.stop_signal === "string" ? { stopSignal: row.stop_signal } : {}),
    ...(typeof row.stop_timeout_ms === "number" ? { stopTimeoutMs: row.stop_timeout_ms } : {}),
    ...(typeof row.memory_limit_mb === "number" ? { memoryLimitMb: row.memory_limit_mb } : {}),
    ...(typeof row.min_secrets_version === "number" ? { minSecretsVersion: row.min_secrets_version } : {}),
    ...(typeof row.image_digest === "string" ? { imageDigest: row.image_digest } : {}),
  };
}

function leaseOf(row: Row): LeaseRecord {
  return {
    machine: String(row.machine),
    nonce: String(row.nonce),
    owner: String(row.owner),
    description: String(row.description),
    expiresAtMs: Number(row.expires_at_ms),
  };
}

function versionOf(row: Row): MachineVersionRecord {
  return {
    instanceId: String(row.instance_id),
    config: JSON.parse(String(row.config)) as MachineConfig,
    createdAt: String(row.created_at),
  };
}

/** `perRegion`: how many machines have addresses in one region. */
export function machineTables(db: Database, perRegion: number): MachineTables {
  const configOf = configReader();
  const read = (row: Row): MachineRecord => machineOf(row, configOf(String(row.id), String(row.config)));
  /** The lowest number that no machine of the region has; there is one below the highest. */
  const firstGap = (region: string): number => {
    const first = db.one("SELECT 1 FROM machines WHERE region = ? AND number = 1 AND state <> 'destroyed'", region);
    if (first === undefined) return 1;
    const before = db.one(
      `SELECT number FROM machines AS m WHERE region = ? AND state <> 'destroyed' AND NOT EXISTS (
         SELECT 1 FROM machines AS n WHERE n.region = m.region AND n.number = m.number + 1 AND n.state <> 'destroyed'
       ) ORDER BY number LIMIT 1`,
      region,
    );
    return Number(before?.number) + 1;
  };
  const freeNumber = (region: string): number => {
    const taken = db.one(
      "SELECT count(*) AS count, max(number) AS highest FROM machines WHERE region = ? AND state <> 'destroyed'",
      region,
    );
    // Without a gap, as mostly, the search for one would look at every machine of the region.
    const number = taken?.count === (taken?.highest ?? 0) ? Number(taken?.count) + 1 : firstGap(region);
    if (number <= perRegion) return number;
    throw new AppError("ADDRESS_CLASH", `Region "${region}" has no free address: it holds ${perRegion} machines`, {
      suggestions: ["destroy machines that are no longer needed", "use another region"],
    });
  };
  const keepVersion = (machine: string, instanceId: string, config: MachineConfig, at: string): void => {
    db.run(
      "INSERT INTO machine_versions VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      machine,
      instanceId,
      cell(config),
      at,
    );
    db.run(
      `DELETE FROM machine_versions WHERE machine = ? AND instance_id <= (
         SELECT instance_id FROM machine_versions WHERE machine = ? ORDER BY instance_id DESC LIMIT 1 OFFSET ?)`,
      ...[machine, machine, VERSIONS_KEPT],
    );
  };

  const tables: MachineTables = {
    machines: ({ app, destroyed = false } = {}) => {
      const conditions = [...(app === undefined ? [] : ["app = ?"]), ...(destroyed ? [] : ["state <> 'destroyed'"])];
      const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
      return db
        .all(`SELECT * FROM machines ${where} ORDER BY created_at, id`, ...(app === undefined ? [] : [app]))
        .map(read);
    },
    machine: (id) => {
      const row = db.one("SELECT * FROM machines WHERE id = ?", id);
      return row === undefined ? undefined : read(row);
    },
    machineCount: (app) =>
      Number(db.one("SELECT count(*) AS n FROM machines WHERE app = ? AND state <> 'destroyed'", app)?.n),
    insertMachine: (machine) =>
      db.transaction(() => {
        const holder = db.one(
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
        const { id, app, name, region, createdAt, updatedAt, ...rest } = machine;
        const number = freeNumber(region);
        const changes = Object.entries(rest) as [keyof MachineChange, unknown][];
        const columns = ["id", "app", "name", "region", "number", "created_at", "updated_at"];
        db.run(
          `INSERT INTO machines (${[...columns, ...changes.map(([key]) => COLUMNS[key])].join(", ")})
           VALUES (${Array.from({ length: columns.length + changes.length }, () => "?").join(", ")})`,
          ...[id, app, name, region, number, createdAt, updatedAt],
          ...changes.map(([, value]) => cell(value)),
        );
        keepVersion(id, machine.instanceId, machine.config, createdAt);
        return { ...machine, number };
      }),
    updateMachine: (id, change, at) =>
      db.transaction(() => {
        const entries = Object.entries(change).filter(([, value]) => value !== undefined) as [
          keyof MachineChange,
          unknown,
        ][];
        const assignments = entries.map(([key]) => `${COLUMNS[key]} = ?`);
        db.run(
          `UPDATE machines SET ${[...assignments, "updated_at = ?"].join(", ")} WHERE id = ?`,
          ...entries.map(([, value]) => cell(value)),
          at,
          id,
        );
        if (change.instanceId !== undefined && change.config !== undefined)
          keepVersion(id, change.instanceId, change.config, at);
      }),
    pruneDestroyed: (keep) =>
      db.transaction(() => {
        const surplus = db.all(
          "SELECT id FROM machines WHERE state = 'destroyed' ORDER BY updated_at DESC LIMIT -1 OFFSET ?",
          keep,
        );
        for (const { id } of surplus) {
          for (const table of ["events", "checks", "machine_versions", "leases"])
            db.run(`DELETE FROM ${table} WHERE machine = ?`, cell(id));
          db.run("DELETE FROM machines WHERE id = ?", cell(id));
        }
      }),
    versions: (machine) =>
      db.all("SELECT * FROM machine_versions WHERE machine = ? ORDER BY instance_id DESC", machine).map(versionOf),
    version: (machine, instanceId) => {
      const row = db.one("SELECT * FROM machine_versions WHERE machine = ? AND instance_id = ?", machine, instanceId);
      return row === undefined ? undefined : versionOf(row);
    },
    lease: (machine, nowMs) => {
      const row = db.one("SELECT * FROM leases WHERE machine = ? AND expires_at_ms > ?", machine, nowMs);
      return row === undefined ? undefined : leaseOf(row);
    },
    leases: (app, nowMs) =>
      db
        .all(
          "SELECT l.* FROM leases l JOIN machines m ON m.id = l.machine WHERE m.app = ? AND expires_at_ms > ?",
          app,
          nowMs,
        )
        .map(leaseOf),
    putLease: ({ machine, nonce, owner, description, expiresAtMs }) =>
      void db.run(
        "INSERT INTO leases VALUES (?, ?, ?, ?, ?) ON CONFLICT (machine) DO UPDATE SET nonce = excluded.nonce, owner = excluded.owner, description = excluded.description, expires_at_ms = excluded.expires_at_ms",
        ...[machine, nonce, owner, description, expiresAtMs],
      ),
    dropLease: (machine) => void db.run("DELETE FROM leases WHERE machine = ?", machine),
  };
  return tables;
}

// SQLite in a file (or ":memory:" in tests). Every change is durable when the call returns.
import { DatabaseSync } from "node:sqlite";
import { AppError } from "../../../errors/app-error.ts";
import { MIGRATIONS } from "./schema.ts";

export type Cell = string | number | null | Uint8Array;
export type Row = Record<string, string | number | bigint | null | Uint8Array>;

export interface Database {
  all(sql: string, ...values: Cell[]): Row[];
  one(sql: string, ...values: Cell[]): Row | undefined;
  /** Answers how many rows changed. @throws DISK_FULL */
  run(sql: string, ...values: Cell[]): number;
  /** Runs the work in one transaction: all of it is kept, or, when it throws, nothing. */
  transaction<T>(work: () => T): T;
  close(): void;
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

/** The value as SQLite keeps it. */
export function cell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Uint8Array) return value;
  return typeof value === "number" || typeof value === "string" ? value : JSON.stringify(value);
}

/** Opens the database at a path, making or upgrading its tables. */
export function openDatabase(path: string): Database {
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
  let depth = 0;
  return {
    all: (sql, ...values) => prepare(sql).all(...values),
    one: (sql, ...values) => prepare(sql).get(...values),
    run: (sql, ...values) => changing(() => Number(prepare(sql).run(...values).changes)),
    transaction: (work) => {
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
    },
    close: () => db.close(),
  };
}

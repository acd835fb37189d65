// Releases in the planet's database. What belongs to a release is one JSON text: nothing is searched by it.
import type { ReleaseDetail } from "../../../contract/release.ts";
import type { Database } from "./database.ts";

/** A release as it is kept: with the secret by which its holder is known, while it runs. */
export interface ReleaseRecord extends ReleaseDetail {
  readonly app: string;
  readonly nonce?: string;
}

export interface ReleaseRecords {
  /** Newest first. */
  releases(app: string): ReleaseRecord[];
  release(app: string, id: string): ReleaseRecord | undefined;
  putRelease(record: ReleaseRecord): void;
}

/** Releases kept for each app; older ones are dropped. */
const KEPT = 200;

const recordOf = (row: Record<string, unknown>): ReleaseRecord => JSON.parse(String(row["body"])) as ReleaseRecord;

export function releaseRecords({ all, run }: Pick<Database, "all" | "run">): ReleaseRecords {
  return {
    releases: (app) => all("SELECT body FROM releases WHERE app = ? ORDER BY version DESC", app).map(recordOf),
    release: (app, id) => all("SELECT body FROM releases WHERE app = ? AND id = ?", app, id).map(recordOf)[0],
    putRelease: (record) => {
      run(
        "INSERT INTO releases (id, app, version, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        record.id,
        record.app,
        record.version,
        JSON.stringify(record),
      );
      run("DELETE FROM releases WHERE app = ? AND version <= ?", record.app, record.version - KEPT);
    },
  };
}

// The releases of apps: who deploys now, and what was deployed. At most one release of an app runs, and whoever runs it
// holds a lease, so that a deploy whose program was killed is told from one that is at work.
import type { BeginRelease, ChangeRelease, HeldRelease, Release, ReleaseDetail } from "../../contract/release.ts";
import { AppError } from "../../errors/app-error.ts";
import { machineId, type RandomBytes, ulid } from "../model/ids.ts";
import type { ReleaseRecord } from "./store/release-records.ts";
import type { Store } from "./store/store.ts";

export interface Releases {
  /** Newest first. */
  list(app: string, limit: number): Release[];
  /** @throws RELEASE_NOT_FOUND */
  get(app: string, id: string): ReleaseDetail;
  /** @throws DEPLOY_RUNNING also for one whose lease has run out: it has to be adopted and ended first; PLAN_STALE */
  begin(app: string, body: BeginRelease): HeldRelease;
  /** Takes over a release whose holder is gone. @throws DEPLOY_RUNNING its lease has not run out, RELEASE_NOT_FOUND */
  adopt(app: string, id: string, ttlS: number): HeldRelease;
  /** @throws CONFLICT the nonce is not the holder's, or the release has ended */
  change(app: string, id: string, body: ChangeRelease): ReleaseDetail;
}

export interface ReleasesDeps {
  readonly store: Pick<Store, "releases" | "release" | "putRelease" | "transaction">;
  readonly random: RandomBytes;
  readonly now: () => number;
}

function publicPart({ app: _app, nonce: _nonce, ...detail }: ReleaseRecord): ReleaseDetail {
  return detail;
}

function running(record: ReleaseRecord): AppError {
  return new AppError(
    "DEPLOY_RUNNING",
    `Release v${record.version} of ${record.app} is being deployed by ${record.user}`,
    {
      suggestions: ["wait until it has ended", "hangar releases"],
      details: { release: record.id, version: record.version, expiresAt: record.lease_expires_at },
    },
  );
}

export function createReleases({ store, random, now }: ReleasesDeps): Releases {
  const iso = (): string => new Date(now()).toISOString();
  const find = (app: string, id: string): ReleaseRecord => {
    const record = store.release(app, id);
    if (record !== undefined) return record;
    throw new AppError("RELEASE_NOT_FOUND", `App "${app}" has no release ${id}`, { suggestions: ["hangar releases"] });
  };
  const held = (record: ReleaseRecord, nonce: string): HeldRelease => ({ ...publicPart(record), nonce });

  return {
    list: (app, limit) =>
      store
        .releases(app)
        .slice(0, limit)
        .map((record) => {
          const { definition: _definition, journal: _journal, ...release } = publicPart(record);
          return release;
        }),
    get: (app, id) => publicPart(find(app, id)),
    begin: (app, { ttl_s: ttlS, after, ...body }) =>
      store.transaction(() => {
        const [newest] = store.releases(app);
        if (newest?.status === "running") throw running(newest);
        const newestVersion = newest?.version ?? 0;
        if (after !== undefined && after !== newestVersion) {
          throw new AppError("PLAN_STALE", `release v${newestVersion} of ${app} is the newest, not v${after}`, {
            suggestions: ["hangar deploy"],
          });
        }
        const at = iso();
        const nonce = machineId(random);
        const record: ReleaseRecord = {
          ...body,
          app,
          nonce,
          id: ulid(now(), random),
          version: newestVersion + 1,
          status: "running",
          created_at: at,
          updated_at: at,
          lease_expires_at: now() + ttlS * 1_000,
        };
        store.putRelease(record);
        return held(record, nonce);
      }),
    adopt: (app, id, ttlS) =>
      store.transaction(() => {
        const record = find(app, id);
        if (record.status !== "running")
          throw new AppError("CONFLICT", `Release v${record.version} of ${app} has ended: it is ${record.status}`);
        if ((record.lease_expires_at ?? 0) > now()) throw running(record);
        const nonce = machineId(random);
        const adopted = { ...record, nonce, updated_at: iso(), lease_expires_at: now() + ttlS * 1_000 };
        store.putRelease(adopted);
        return held(adopted, nonce);
      }),
    change: (app, id, { nonce, status, ttl_s: ttlS, ...change }) =>
      store.transaction(() => {
        const record = find(app, id);
        if (record.status !== "running" || record.nonce !== nonce)
          throw new AppError("CONFLICT", `Release v${record.version} of ${app} is no longer this deploy's`);
        const changed: ReleaseRecord = {
          ...record,
          ...change,
          updated_at: iso(),
          ...(ttlS === undefined ? {} : { lease_expires_at: now() + ttlS * 1_000 }),
        };
        if (status === undefined || status === "running") {
          store.putRelease(changed);
          return publicPart(changed);
        }
        const { nonce: _nonce, lease_expires_at: _expiry, journal: _journal, ...rest } = changed;
        const ended: ReleaseRecord = { ...rest, status };
        store.putRelease(ended);
        return publicPart(ended);
      }),
  };
}

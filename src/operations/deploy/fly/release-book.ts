// Releases on Fly.io: the platform's records, and beside them what only this computer knows of a deploy that runs. The
// platform has no lease of a release; who else is at work shows in the leases of machines.
import type { FlyClient } from "../../../client/fly-client.ts";
import { isBegun } from "../../../client/fly-client.ts";
import type { MachinesApi } from "../../../client/machines/machines-api.ts";
import type { HeldRelease, Release } from "../../../contract/release.ts";
import type { FlyRelease } from "../../../contract/web-api.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { TargetFleet } from "../execute/fleet.ts";
import { isGone } from "../plan/managed.ts";
import type { JournalFile } from "./journal-file.ts";
import { pastGroups, type Remembered } from "./past-groups.ts";

export interface ReleaseBookDeps {
  readonly fly: Pick<FlyClient, "releases" | "createRelease" | "updateRelease">;
  readonly machines: Pick<MachinesApi, "list" | "versions" | "lease">;
  readonly journal: JournalFile;
  readonly clock: Pick<Clock, "now">;
  /** A text that nothing else has. */
  readonly newKey: () => string;
  /** Version of this program. */
  readonly program: string;
}

export type ReleaseBook = Pick<TargetFleet, "releases" | "definition" | "begin" | "adopt" | "change">;

const DEFAULT_LIMIT = 25;
const SECOND_MS = 1_000;

const ENDED: Readonly<Record<string, Release["status"]>> = {
  complete: "complete",
  succeeded: "complete",
  failed: "failed",
  interrupted: "interrupted",
};

function userOf({ user }: FlyRelease): string {
  return (typeof user === "string" ? user : (user?.email ?? user?.name)) ?? "-";
}

function releaseOf(record: FlyRelease): Release {
  const { id, version, strategy = "", image_ref: image = "", created_at: at } = record;
  return {
    ...{ id, version, image, created_at: at, updated_at: at },
    status: isBegun(record) ? "running" : (ENDED[record.status.toLowerCase()] ?? "failed"),
    strategy: strategy.toLowerCase(),
    user: userOf(record),
    // The platform's records do not say what a release was for.
    reason: "-",
  };
}

function running(app: string, version: number, expiresAtMs: number): AppError {
  return new AppError("DEPLOY_RUNNING", `Release v${version} of ${app} is being deployed`, {
    suggestions: ["wait until it has ended", "hangar releases"],
    details: { version, expiresAt: expiresAtMs },
  });
}

export function createReleaseBook(deps: ReleaseBookDeps, app: string): ReleaseBook {
  const { fly, machines, journal, clock, newKey } = deps;
  const expiryOf = (ttlS: number): number => clock.now() + ttlS * SECOND_MS;

  /** @throws DEPLOY_RUNNING where somebody holds a machine of the app */
  const requireUnheld = async (version: number): Promise<void> => {
    const present = (await machines.list(app)).filter((machine) => !isGone(machine));
    const leases = await Promise.all(present.map(({ id }) => machines.lease(app, id)));
    const ends = leases.flatMap((lease) => (lease === undefined ? [] : [lease.expires_at * SECOND_MS]));
    if (ends.length > 0) throw running(app, version, Math.max(...ends));
  };

  /** @throws PLAN_STALE where somebody has deployed since the plan was made */
  const requireNewest = async (version: number): Promise<void> => {
    const [newest] = await fly.releases(app, 1);
    if ((newest?.version ?? 0) === version) return;
    throw new AppError("PLAN_STALE", `release v${newest?.version ?? 0} of ${app} is the newest, not v${version}`, {
      suggestions: ["hangar deploy"],
    });
  };

  const remembered = async (): Promise<Remembered[]> => {
    const all = await machines.list(app, { includeDeleted: true });
    const known = all.map(async (machine): Promise<Remembered[]> => {
      const present = !isGone(machine);
      const own = { machine, config: machine.config, present };
      if (!present) return [own];
      const versions = await machines.versions(app, machine.id);
      return [own, ...versions.map((config) => ({ machine, config, present }))];
    });
    return (await Promise.all(known)).flat();
  };

  return {
    releases: async (limit = DEFAULT_LIMIT) => {
      const [records, kept] = await Promise.all([fly.releases(app, limit), journal.read()]);
      return records.map((record) => {
        const release = releaseOf(record);
        const isHeld = kept?.release === release.id && release.status === "running";
        return isHeld ? { ...release, lease_expires_at: kept.expiresAtMs } : release;
      });
    },
    definition: async ({ version }) => {
      const groups = pastGroups(version, await remembered());
      if (groups.length > 0) return { groups };
      throw new AppError(
        "RELEASE_NOT_FOUND",
        `No machine of ${app} remembers v${version}: Fly.io keeps configurations by machine, and the machines of that release are gone`,
        { suggestions: ["check the commit out and deploy it: hangar deploy", "hangar releases --image"] },
      );
    },
    begin: async ({ ttl_s: ttlS, journal: before, after, ...body }) => {
      if (after !== undefined) await requireNewest(after);
      const record = await fly.createRelease({ app, ...body });
      const nonce = newKey();
      const kept = { release: record.id, version: record.version, nonce, expiresAtMs: expiryOf(ttlS), journal: before };
      await journal.write(kept);
      await fly.updateRelease(record.id, "running");
      return { ...releaseOf(record), ...body, status: "running", nonce, journal: before };
    },
    adopt: async (release, ttlS): Promise<HeldRelease> => {
      const kept = await journal.read();
      const own = kept?.release === release.id ? kept : undefined;
      if (own !== undefined && own.expiresAtMs > clock.now()) throw running(app, release.version, own.expiresAtMs);
      if (own === undefined) await requireUnheld(release.version);
      const held = own?.journal === undefined ? {} : { journal: own.journal };
      const nonce = newKey();
      const { id, version } = release;
      await journal.write({ release: id, version, nonce, expiresAtMs: expiryOf(ttlS), ...held });
      return { ...release, definition: {}, nonce, ...held };
    },
    change: async (id, { nonce, status, error, journal: next, ttl_s: ttlS }) => {
      const kept = await journal.read();
      if (kept?.release !== id || kept.nonce !== nonce)
        throw new AppError("CONFLICT", `The release ${id} of ${app} is no longer this deploy's`);
      if (status !== undefined && status !== "running") {
        await fly.updateRelease(id, status, error === undefined ? undefined : { program: deps.program, text: error });
        await journal.remove();
        return;
      }
      await journal.write({
        ...kept,
        ...(next === undefined ? {} : { journal: next }),
        ...(ttlS === undefined ? {} : { expiresAtMs: expiryOf(ttlS) }),
      });
    },
  };
}

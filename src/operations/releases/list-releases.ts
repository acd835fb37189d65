// The history of an app.
import type { Release } from "../../contract/release.ts";
import type { Fleet } from "../deploy/execute/fleet.ts";

export interface ReleaseRow extends Release {
  /** The release whose version serves now. */
  readonly current: boolean;
}

/** Newest first. The current one is the newest that was completed. */
export async function listReleases(fleet: Pick<Fleet, "releases">, limit: number): Promise<ReleaseRow[]> {
  const releases = await fleet.releases(limit);
  const current = releases.find(({ status }) => status === "complete");
  return releases.map((release) => ({ ...release, current: release === current }));
}

// Pure: to which release a rollback goes.
import type { Release } from "../../contract/release.ts";
import { AppError } from "../../errors/app-error.ts";

/** The number of a version as people write it: `v3` or `3`. @throws USAGE */
export function parseVersion(text: string): number {
  const digits = /^v?(\d{1,9})$/iu.exec(text.trim())?.[1];
  if (digits !== undefined) return Number(digits);
  throw new AppError("USAGE", `"${text}" is no version of a release, such as v3`, { suggestions: ["hangar releases"] });
}

/**
 * The release of that version, or the one before the current one.
 * @param releases newest first
 * @throws RELEASE_NOT_FOUND also for one that never served
 */
export function chooseRelease(app: string, releases: readonly Release[], version: number | undefined): Release {
  const complete = releases.filter(({ status }) => status === "complete");
  const suggestions = ["hangar releases"];
  if (version === undefined) {
    const [, previous] = complete;
    if (previous !== undefined) return previous;
    throw new AppError("RELEASE_NOT_FOUND", `${app} has no release before the one that serves`, { suggestions });
  }
  const chosen = releases.find((release) => release.version === version);
  if (chosen?.status === "complete") return chosen;
  throw new AppError(
    "RELEASE_NOT_FOUND",
    chosen === undefined
      ? `${app} has no release v${version}`
      : `v${version} of ${app} never served: it is ${chosen.status}`,
    { suggestions },
  );
}

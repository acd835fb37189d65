// Organizations: one is there from the start, others from their first app on.
import { createHash } from "node:crypto";
import { AppError } from "../../errors/app-error.ts";
import type { Store } from "./store/store.ts";

export const PERSONAL = "personal";

/** @throws ORGANIZATION_NOT_FOUND */
export function requireOrganization(store: Store, slug: string): void {
  if (slug === PERSONAL || store.grants.organization(slug) !== undefined) return;
  throw new AppError("ORGANIZATION_NOT_FOUND", `organization not found: "${slug.slice(0, 63)}"`);
}

/** The slugs of all organizations, the personal one first. */
export function organizationSlugs(store: Store): string[] {
  const others = store.grants.organizations().map(({ slug }) => slug);
  return [PERSONAL, ...others.filter((slug) => slug !== PERSONAL)];
}

/** The number that the platform has beside an ID: always the same for one ID. */
export function internalId(id: string): number {
  return createHash("sha256").update(id).digest().readUInt32BE(0) >>> 1;
}

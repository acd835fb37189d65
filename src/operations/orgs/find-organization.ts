import type { Organization } from "../../client/planet-client.ts";
import { AppError } from "../../errors/app-error.ts";
import { closestWords } from "../../errors/did-you-mean.ts";

/** The organization of that slug. @throws ORGANIZATION_NOT_FOUND with what was probably meant */
export function findOrganization(slug: string, organizations: readonly Organization[]): Organization {
  const found = organizations.find((organization) => organization.slug === slug);
  if (found !== undefined) return found;
  const near = closestWords(
    slug,
    organizations.map((organization) => organization.slug),
  );
  throw new AppError("ORGANIZATION_NOT_FOUND", `There is no organization "${slug}"`, {
    suggestions: [...near.map((other) => `use ${other}`), "hangar orgs list"],
  });
}

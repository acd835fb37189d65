import type { Organization } from "../../client/planet-client.ts";
import type { App } from "../../contract/apps.ts";
import { renderFields } from "../output/fields.ts";
import { renderTable, type TableOptions } from "../output/table.ts";

export type { Organization } from "../../client/planet-client.ts";

/** Organizations as a table. */
export function renderOrganizationList(organizations: readonly Organization[], options: TableOptions): string {
  return renderTable(
    [
      { header: "SLUG", value: (organization: Organization) => organization.slug },
      { header: "NAME", value: (organization) => organization.name },
      { header: "TYPE", value: (organization) => organization.type },
    ],
    organizations,
    options,
  );
}

/** One organization and its apps. */
export function renderOrganization({ slug, name, type }: Organization, apps: readonly App[]): string {
  return renderFields([
    ["Organization", slug],
    ["Name", name],
    ["Type", type],
    ["Apps", apps.map((app) => app.name).join(", ") || "none"],
  ]);
}

/** What the commands of `orgs cross-network-replays` answer. */
export interface CrossNetworkReplays {
  /** Slug. */
  readonly organization: string;
  readonly enabled: boolean;
}

/** One sentence. */
export function renderCrossNetworkReplays({ organization, enabled }: CrossNetworkReplays): string {
  return `Replays across the networks of "${organization}" are ${enabled ? "enabled" : "disabled"}`;
}

/** What the commands of `orgs replay-sources` answer. */
export interface ReplaySources {
  /** Slug. */
  readonly organization: string;
  /** Slugs. */
  readonly sources: readonly string[];
}

/** One sentence. */
export function renderReplaySources({ organization, sources }: ReplaySources): string {
  return sources.length === 0
    ? `"${organization}" takes replays from no other organization`
    : `"${organization}" takes replays from ${sources.join(", ")}`;
}

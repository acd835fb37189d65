// What organizations allow of fly-replay: across their own networks, and from other organizations (statement RP-12).
import { type ChangeReplaySettings, type ReplaySettings, ReplaySettingsSchema } from "../../contract/apps.ts";
import type { World } from "../../contract/world.ts";
import { AppError } from "../../errors/app-error.ts";
import { organizationSlugs, requireOrganization } from "./organizations.ts";
import type { Store } from "./store/store.ts";

export interface OrganizationReplays {
  /** @throws ORGANIZATION_NOT_FOUND */
  of(organization: string): ReplaySettings;
  /** @throws ORGANIZATION_NOT_FOUND for it and for sources that are to be added; REQUEST_INVALID it is its own source */
  change(organization: string, change: ChangeReplaySettings): ReplaySettings;
  /** Those of all organizations that allow something, as edge is told them. */
  all(): NonNullable<World["organizations"]>;
}

const NOTHING: ReplaySettings = { crossNetwork: false, sources: [] };

/** @param changed called when edge has to hear of something */
export function createOrganizationReplays(store: Store, changed: () => void): OrganizationReplays {
  /** Name of the value in the store. */
  const nameOf = (organization: string): string => `replays ${organization}`;
  const read = (organization: string): ReplaySettings => {
    const stored = store.getValue(nameOf(organization));
    return stored === undefined ? NOTHING : ReplaySettingsSchema.parse(JSON.parse(stored));
  };
  return {
    of(organization) {
      requireOrganization(store, organization);
      return read(organization);
    },
    change(organization, { crossNetwork, add = [], remove = [] }) {
      const settings = store.transaction(() => {
        for (const slug of [organization, ...add]) requireOrganization(store, slug);
        if (add.includes(organization))
          throw new AppError("REQUEST_INVALID", `"${organization}" takes replays from its own apps as it is`);
        const present = read(organization);
        const sources = new Set([...present.sources, ...add].filter((slug) => !remove.includes(slug)));
        const next = { crossNetwork: crossNetwork ?? present.crossNetwork, sources: [...sources].toSorted() };
        store.setValue(nameOf(organization), JSON.stringify(next));
        return next;
      });
      changed();
      return settings;
    },
    all: () =>
      organizationSlugs(store).flatMap((slug) => {
        const { crossNetwork, sources } = read(slug);
        return crossNetwork || sources.length > 0 ? [{ slug, crossNetwork, sources }] : [];
      }),
  };
}

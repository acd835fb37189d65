import type { AppsApi } from "../../client/machines/apps-api.ts";
import type { MachinesApi } from "../../client/machines/machines-api.ts";

export interface AppListing {
  readonly name: string;
  readonly status: string;
  readonly machines: number;
  /** Regions with machines, sorted. */
  readonly regions: readonly string[];
  readonly url: string;
}

export interface ListAppsDeps {
  readonly api: { readonly apps: Pick<AppsApi, "list">; readonly machines: Pick<MachinesApi, "list"> };
  /** Where an app answers. */
  readonly urlOf: (app: string) => string;
}

/** The apps of organizations by name. */
export async function listApps(organizations: readonly string[], { api, urlOf }: ListAppsDeps): Promise<AppListing[]> {
  const apps = (await Promise.all(organizations.map((org) => api.apps.list(org)))).flat();
  const listings = apps.map(async ({ name, status }) => {
    const machines = await api.machines.list(name);
    return {
      name,
      status,
      machines: machines.length,
      regions: [...new Set(machines.map(({ region }) => region))].toSorted(),
      url: urlOf(name),
    };
  });
  return (await Promise.all(listings)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

import type { ControlClient } from "../../client/control-client.ts";

export interface AppListing {
  readonly name: string;
  readonly status: string;
  readonly machines: number;
  /** Regions with machines, sorted. */
  readonly regions: readonly string[];
  readonly url: string;
}

/** The apps of a planet by name. */
export async function listApps({
  client,
  httpPort,
}: {
  readonly client: Pick<ControlClient, "apps" | "machines">;
  readonly httpPort: number;
}): Promise<AppListing[]> {
  const apps = await client.apps();
  const listings = apps.map(async ({ name, status }) => {
    const machines = await client.machines(name);
    return {
      name,
      status,
      machines: machines.length,
      regions: [...new Set(machines.map(({ region }) => region))].toSorted(),
      url: `http://${name}.localhost:${httpPort}`,
    };
  });
  return (await Promise.all(listings)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

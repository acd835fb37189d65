// Puts the policy routing plan in force with iproute2. What the plan is, is decided in routes.ts.
import type { World, WorldRegion } from "../../contract/world.ts";
import { AppError } from "../../errors/app-error.ts";
import {
  planDefaultRoute,
  planFlycast,
  planRoutes,
  planRules,
  type RegionRoute,
  type Rule,
  wantedRules,
} from "./routes.ts";

/** The shape of `networkInterfaces()` of node:os, as far as it is needed. */
export type InterfaceListing = Readonly<Record<string, readonly { readonly address: string }[] | undefined>>;

export interface PolicyRouting {
  /**
   * Puts the routes of those regions in force whose networks edge is attached to, and names the others.
   * @throws PLANET_START_FAILED
   */
  apply(world: Pick<World, "regions" | "apps">): Promise<{ readonly missing: readonly string[] }>;
}

export interface PolicyRoutingDeps {
  readonly managementAddress: string;
  readonly listInterfaces: () => InterfaceListing;
  readonly run: (
    file: string,
    args: readonly string[],
    input?: string,
  ) => Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;
}

export function createPolicyRouting({ managementAddress, listInterfaces, run }: PolicyRoutingDeps): PolicyRouting {
  const ip = async (args: readonly string[], input?: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await run("ip", args, input);
    if (exitCode !== 0) {
      throw new AppError("PLANET_START_FAILED", `ip ${args.join(" ")} failed: ${stderr.trim()}`, {
        details: { exitCode, input },
      });
    }
    return stdout;
  };
  const applyFamily = async (routes: readonly RegionRoute[], family: 4 | 6, more: readonly string[]): Promise<void> => {
    const present = JSON.parse(await ip([`-${family}`, "-json", "rule", "show"])) as Rule[];
    const lines = [...planRoutes(routes, family), ...planRules(present, wantedRules(routes, family)), ...more];
    await ip([`-${family}`, "-batch", "-"], `${lines.join("\n")}\n`);
  };

  /** What the namespace looked like after the last application: as long as it does, there is nothing to route anew. */
  let settledAt: string | undefined;

  return {
    async apply({ regions, apps }) {
      const listing = listInterfaces();
      const found = regions.flatMap((region) => routeOf(region, listing));
      const flycast = apps.flatMap(({ flycast: addresses = [] }) => addresses);
      const look = (): string => JSON.stringify([regions, flycast, listInterfaces()]);
      if (look() !== settledAt) {
        settledAt = undefined;
        const management = deviceOf(managementAddress, listing);
        const out = management === undefined ? [] : [planDefaultRoute(managementAddress, management)];
        await Promise.all([applyFamily(found, 4, out), applyFamily(found, 6, planFlycast(apps, listing))]);
        settledAt = look();
      }
      return {
        missing: regions.filter((region) => !found.some((route) => route.region === region)).map(({ code }) => code),
      };
    },
  };
}

function routeOf(region: WorldRegion, listing: InterfaceListing): RegionRoute[] {
  const device = deviceOf(region.edge4, listing);
  return device === undefined || deviceOf(region.edge6, listing) !== device ? [] : [{ region, device }];
}

function deviceOf(address: string, listing: InterfaceListing): string | undefined {
  return Object.keys(listing).find((name) => listing[name]?.some((entry) => entry.address === address));
}

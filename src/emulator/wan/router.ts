// Assembly: puts a world in force in the container's network namespace and in the link table. Does not know where
// worlds come from.
import type { World } from "../../contract/world.ts";
import { AppError } from "../../errors/app-error.ts";
import type { RunProgram } from "../../platform/run-program.ts";
import {
  type InterfaceListing,
  presentRegionInterfaces,
  resolveManagementInterface,
  resolveRegionInterfaces,
} from "./interfaces.ts";
import type { LinkTable } from "./link-table.ts";
import { JUMPS, planRoutes, planRules } from "./routes.ts";

export interface Router {
  /**
   * Resolves when packets travel as the world says. With `partly`, regions without an interface are left out; answers
   * whether there was none.
   * @throws CONFLICT wan is not attached to all regions yet; PLANET_START_FAILED a tool refused
   */
  applyWorld(world: World, options?: { readonly partly?: boolean }): Promise<{ readonly whole: boolean }>;
}

export interface RouterDeps {
  readonly run: RunProgram;
  readonly listInterfaces: () => InterfaceListing;
  readonly links: LinkTable;
  readonly managementAddress: string;
}

/** Makes the router; the TUN device must exist. */
export function createRouter({ run, listInterfaces, links, managementAddress }: RouterDeps): Router {
  /** The management interface that the policy rules and jumps were made for by this process. */
  let preparedFor: string | undefined;
  /** What the namespace looked like after the last application: as long as it does, only delays can have changed. */
  let settledAt: string | undefined;

  async function tool(file: string, args: readonly string[], input?: string): Promise<void> {
    const { exitCode, stderr } = await run(file, args, input);
    if (exitCode === 0) return;
    throw new AppError("PLANET_START_FAILED", `${file} ${args.join(" ")} failed: ${stderr.trim()}`, {
      details: { exitCode },
    });
  }

  const ipBatches = (batch4: string, batch6: string): Promise<unknown> =>
    Promise.all([tool("ip", ["-4", "-batch", "-"], batch4), tool("ip", ["-6", "-batch", "-"], batch6)]);

  async function ensureJump({ table, rule }: (typeof JUMPS)[number]): Promise<void> {
    const { exitCode } = await run("iptables", ["-w", "-t", table, "-C", ...rule]);
    if (exitCode !== 0) await tool("iptables", ["-w", "-t", table, "-A", ...rule]);
  }

  async function prepare(management: string): Promise<void> {
    if (preparedFor === management) return;
    for (const jump of JUMPS) await ensureJump(jump);
    const rules = planRules(management);
    await ipBatches(rules, rules);
    preparedFor = management;
  }

  return {
    async applyWorld(world, { partly = false } = {}) {
      const listing = listInterfaces();
      const management = resolveManagementInterface(managementAddress, listing);
      const regions = partly ? presentRegionInterfaces(world, listing) : resolveRegionInterfaces(world, listing);
      const look = (): string => JSON.stringify([world.block, world.regions, listInterfaces()]);
      if (look() !== settledAt) {
        settledAt = undefined;
        const plan = planRoutes(world, regions, management);
        // The filter comes before the routes: nothing may pass while they are being made.
        await tool("iptables-restore", ["-w", "--noflush"], plan.filter);
        await prepare(management);
        await ipBatches(plan.batch4, plan.batch6);
        settledAt = look();
      }
      links.apply(world);
      return { whole: regions.length === world.regions.length };
    },
  };
}

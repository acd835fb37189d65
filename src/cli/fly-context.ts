// The clients of Fly.io, for commands whose target it is.
import { randomUUID } from "node:crypto";
import { createFlyClient, type FlyClient } from "../client/fly-client.ts";
import { createMachinesClient } from "../client/machines-client.ts";
import { AppError } from "../errors/app-error.ts";
import { createFlyFleet } from "../operations/deploy/fly/fly-fleet.ts";
import { openJournalFile } from "../operations/deploy/fly/journal-file.ts";
import { requireToken } from "../operations/auth/require-token.ts";
import type { Target } from "../operations/target/target.ts";
import { machinesApiOf, tokenStoreOf, webApiOf } from "./auth-context.ts";
import type { Context } from "./context.ts";
import type { MachinesAccess } from "./machines-context.ts";
import { planetOnly } from "./target-context.ts";

export interface FlyAccess extends MachinesAccess {
  readonly fly: FlyClient;
  readonly token: string;
}

/** @throws SIGNED_OUT */
export async function flyAccess(context: Context, target: Target): Promise<FlyAccess> {
  const [{ token }, files, stateDir] = await Promise.all([
    tokenStoreOf(context).then(requireToken),
    context.files(),
    context.stateDir(),
  ]);
  const { env, clock, signal } = context;
  const transport = {
    ...{ token, fetch, clock, signal, random: Math.random },
    unreachableSuggestions: ["see whether this machine is online", "hangar target use local"],
  };
  const baseUrl = machinesApiOf(env);
  const client = createMachinesClient({ ...transport, baseUrl });
  const fly = createFlyClient({ ...transport, baseUrl: webApiOf(env) });
  return {
    target,
    token,
    client,
    fly,
    planet: planetOnly,
    urlOf: (app) => (app === undefined ? planetOnly() : `https://${app}.fly.dev`),
    logs: fly.logs,
    sessions: async () => {
      throw new AppError(
        "TARGET_UNSUPPORTED",
        "Fly.io lets one into machines through WireGuard and its own SSH certificates only, which Hangar does not speak",
        { suggestions: ["hangar machine exec COMMAND", "flyctl ssh console", "--target local"] },
      );
    },
    tunnels: async () => {
      throw new AppError(
        "TARGET_UNSUPPORTED",
        "Fly.io's private network is reached through WireGuard only, which Hangar does not speak",
        { suggestions: ["flyctl proxy", "hangar machine exec COMMAND", "--target local"] },
      );
    },
    organizations: async () => {
      const tokens = await client.platform.currentTokens();
      const slugs = tokens.map(({ org_slug: slug, organization }) => slug ?? organization);
      return [...new Set(slugs.filter((slug) => slug !== undefined && slug !== ""))] as string[];
    },
    fleetOf: (app, version) => {
      const journal = openJournalFile(stateDir, new URL(baseUrl).host, app, files);
      return createFlyFleet({ api: client, fly, journal, clock, newKey: randomUUID, program: version }, app);
    },
  };
}

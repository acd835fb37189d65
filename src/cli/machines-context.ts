// The clients of the API that a command acts on: a planet's, or the platform's own.
import type { MachinesClient } from "../client/machines-client.ts";
import type { SessionsClient } from "../client/sessions-client.ts";
import type { PlanetClient } from "../client/planet-client.ts";
import { AppError } from "../errors/app-error.ts";
import type { Target } from "../operations/target/target.ts";
import type { Context } from "./context.ts";
import { planetAccessDeps } from "./planet-context.ts";
import { targetOf } from "./target-context.ts";

export interface MachinesAccess {
  readonly target: Target;
  readonly client: MachinesClient;
  /** What only a planet can do. @throws TARGET_UNSUPPORTED on another target */
  readonly planet: () => PlanetClient;
  /** Streams into machines. @throws TARGET_UNSUPPORTED on another target */
  readonly sessions: () => Promise<SessionsClient>;
}

/**
 * Clients for the target in force.
 * @param flag value of --target
 * @throws USAGE; PLANET_DOWN; SIGNED_OUT
 */
export async function machinesAccess(context: Context, flag: string | undefined): Promise<MachinesAccess> {
  const target = await targetOf(context, flag);
  return target.name === "fly" ? flyAccess(context, target) : planetMachinesAccess(context, target);
}

async function planetMachinesAccess(context: Context, target: Target): Promise<MachinesAccess> {
  const [deps, { requirePlanet }, { createMachinesClient }, { createPlanetClient }] = await Promise.all([
    planetAccessDeps(context),
    import("../operations/planet/planet-access.ts"),
    import("../client/machines-client.ts"),
    import("../client/planet-client.ts"),
  ]);
  const { controlPort } = await requirePlanet(deps);
  const options = {
    ...transportOf(context),
    baseUrl: `http://127.0.0.1:${controlPort}`,
    token: (await deps.home.presentToken()) ?? "",
    unreachableSuggestions: ["hangar up", "hangar doctor"],
  };
  return {
    target,
    client: createMachinesClient(options),
    planet: () => createPlanetClient(options),
    sessions: async () => (await import("../client/sessions-client.ts")).createSessionsClient(options),
  };
}

async function flyAccess(context: Context, target: Target): Promise<MachinesAccess> {
  const [{ machinesApiOf, tokenStoreOf }, { requireToken }, { createMachinesClient }] = await Promise.all([
    import("./auth-context.ts"),
    import("../operations/auth/require-token.ts"),
    import("../client/machines-client.ts"),
  ]);
  const { token } = await requireToken(await tokenStoreOf(context));
  const baseUrl = machinesApiOf(context.env);
  const client = createMachinesClient({
    ...transportOf(context),
    ...{ baseUrl, token, unreachableSuggestions: ["see whether this machine is online", "hangar target use local"] },
  });
  return {
    target,
    client,
    planet: () => {
      throw new AppError("TARGET_UNSUPPORTED", "Only a planet can do this, and the target is Fly.io", {
        suggestions: ["--target local", "hangar target use local"],
      });
    },
    sessions: async () => {
      throw new AppError(
        "TARGET_UNSUPPORTED",
        "Fly.io lets one into machines through WireGuard and its own SSH certificates only, which Hangar does not speak",
        { suggestions: ["hangar machine exec COMMAND", "flyctl ssh console", "--target local"] },
      );
    },
  };
}

function transportOf({ clock, signal }: Context) {
  return { fetch, clock, signal, random: Math.random };
}

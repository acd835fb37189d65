// What commands share that send requests to an app of the planet as users in several cities do.
import { requireAppName } from "./app-context.ts";
import { BaseCommand } from "./base-command.ts";
import type { Context } from "./context.ts";
import { appFlag } from "./flags/app.ts";
import { citiesFlag } from "./flags/cities.ts";
import { Args } from "./oclif.ts";
import { authorityDeps, planetAccessDeps } from "./planet-context.ts";
import { parseTarget } from "../operations/curl/parse-target.ts";
import { tlsOf } from "../operations/curl/tls-of.ts";
import { requirePlanet } from "../operations/planet/planet-access.ts";
import { timedRequest } from "../platform/timed-request.ts";

export const cityArgs = {
  url: Args.string({
    description: "URL of an app of the planet, or a path (of --app, or the app of fly.toml)",
    required: true,
  }),
};

export const cityFlags = {
  app: appFlag(),
  from: citiesFlag({ summary: "Cities by their regions' codes, or all", required: true }),
};

/** Base of the commands that ask from cities. */
export abstract class CityCommand extends BaseCommand {
  /** What is asked, and the ways to ask. @throws PLANET_DOWN, CONFIG_NOT_FOUND, USAGE */
  protected async cityScopeOf(context: Context, url: string, named: Parameters<typeof requireAppName>[1]) {
    const access = await requirePlanet(await planetAccessDeps(context));
    const { httpPort, client } = access;
    const target = await parseTarget({ text: url, httpPort, app: () => requireAppName(context, named) });
    const tls = target.secure ? await tlsOf(target, await authorityDeps(context)) : undefined;
    const doors = target.secure ? access.secureDoors : access.doors;
    return { target: { ...target, tls }, ways: { client, doors, send: timedRequest, signal: this.signal } };
  }
}

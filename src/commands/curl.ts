import { requireAppName } from "../cli/app-context.ts";
import { BaseCommand } from "../cli/base-command.ts";
import { setExitStatus } from "../cli/exit-status.ts";
import { appFlag } from "../cli/flags/app.ts";
import { citiesFlag } from "../cli/flags/cities.ts";
import { requestFlags, requestOf } from "../cli/flags/request.ts";
import { Args } from "../cli/oclif.ts";
import { authorityDeps, planetAccessDeps } from "../cli/planet-context.ts";
import { renderBodies, renderCities, renderTraces } from "../cli/present/curl.ts";
import { type CityResult, measureCities } from "../operations/curl/measure-cities.ts";
import { tlsOf } from "../operations/curl/tls-of.ts";
import { parseTarget } from "../operations/curl/parse-target.ts";
import { requirePlanet } from "../operations/planet/planet-access.ts";
import { timedRequest } from "../platform/timed-request.ts";

export default class Curl extends BaseCommand {
  static override summary = "Send a request as users in several cities do, and time it";
  static override description = [
    "Each city enters at its own edge. The cities are measured one after the other, each over new connections. GET and HEAD",
    "are sent five times per city, and the one in the middle by its first byte is shown; other methods are sent once.",
    "Exits with 1 when a city got no response at all; a response with any status is one.",
  ].join(" ");
  static override examples = [
    {
      description: "An app from three cities",
      command: "<%= config.bin %> curl http://my-app.localhost:8080/ --from syd,ams,gru",
    },
    {
      description: "A path of this folder's app from all cities",
      command: "<%= config.bin %> curl /api/items --from all",
    },
    {
      description: "Over TLS",
      command: "<%= config.bin %> curl https://my-app.localhost:8443/ --from syd",
    },
    {
      description: "A request with a body",
      command: "<%= config.bin %> curl /items --from lhr -H 'content-type: application/json' -d '{\"n\":1}' --body",
    },
    {
      description: "Why each city's request went where it went",
      command: "<%= config.bin %> curl / --from syd,lhr --trace",
    },
    {
      description: "For scripts: an array with one object per city",
      command: "<%= config.bin %> curl / --from syd --json",
    },
  ];
  static override args = {
    url: Args.string({
      description: "URL of an app of the planet, or a path (of --app, or the app of fly.toml)",
      required: true,
    }),
  };
  static override flags = {
    app: appFlag(),
    from: citiesFlag({ summary: "Cities by their regions' codes, or all", required: true }),
    ...requestFlags,
  };

  async run(): Promise<CityResult[]> {
    const { args, flags } = await this.parse(Curl);
    const context = this.contextFor(flags);
    const request = requestOf(flags);
    const access = await requirePlanet(await planetAccessDeps(context));
    const { httpPort, client } = access;
    const target = await parseTarget({ text: args.url, httpPort, app: () => requireAppName(context, flags) });
    const doors = target.secure ? access.secureDoors : access.doors;
    const tls = target.secure ? await tlsOf(target, await authorityDeps(context)) : undefined;
    const plan = { ...target, ...request, from: flags.from, tls };
    const measurements = await measureCities(plan, { client, doors, send: timedRequest, signal: this.signal });
    this.print(renderCities(measurements, request, { width: context.terminal.columns }));
    if (flags.trace) this.print(`\n${renderTraces(measurements)}`);
    if (flags.body) this.print(`\n${renderBodies(measurements)}`);
    const results = measurements.map(({ result }) => result);
    if (results.some(({ status }) => status === null)) setExitStatus(1);
    return results;
  }
}

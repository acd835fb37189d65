import { cityArgs, CityCommand, cityFlags } from "../cli/city-command.ts";
import { setExitStatus } from "../cli/exit-status.ts";
import { requestFlags, requestOf } from "../cli/flags/request.ts";
import { renderBodies, renderCities, renderTraces } from "../cli/present/curl.ts";
import { type CityResult, measureCities } from "../operations/curl/measure-cities.ts";

export default class Curl extends CityCommand {
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
  static override args = cityArgs;
  static override flags = {
    ...cityFlags,
    ...requestFlags,
  };

  async run(): Promise<CityResult[]> {
    const { args, flags } = await this.parse(Curl);
    const context = this.contextFor(flags);
    const request = requestOf(flags);
    const { target, ways } = await this.cityScopeOf(context, args.url, flags);
    const plan = { ...target, ...request, from: flags.from };
    const measurements = await measureCities(plan, ways);
    this.print(renderCities(measurements, request, { width: context.terminal.columns }));
    if (flags.trace) this.print(`\n${renderTraces(measurements)}`);
    if (flags.body) this.print(`\n${renderBodies(measurements)}`);
    const results = measurements.map(({ result }) => result);
    if (results.some(({ status }) => status === null)) setExitStatus(1);
    return results;
  }
}

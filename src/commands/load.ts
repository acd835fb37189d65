import path from "node:path";
import { requireAppName } from "../cli/app-context.ts";
import { BaseCommand } from "../cli/base-command.ts";
import { setExitStatus } from "../cli/exit-status.ts";
import { appFlag } from "../cli/flags/app.ts";
import { citiesFlag } from "../cli/flags/cities.ts";
import { loadFlags, loadOf } from "../cli/flags/load.ts";
import { Args } from "../cli/oclif.ts";
import { authorityDeps, planetAccessDeps } from "../cli/planet-context.ts";
import { renderLoad } from "../cli/present/load.ts";
import { renderLoadSvg, titleOf } from "../cli/present/load-svg.ts";
import { writePicture } from "../cli/output/write-picture.ts";
import { parseTarget } from "../operations/curl/parse-target.ts";
import { tlsOf } from "../operations/curl/tls-of.ts";
import { runLoad } from "../operations/load/run-load.ts";
import type { CityLoad } from "../operations/load/tally.ts";
import { requirePlanet } from "../operations/planet/planet-access.ts";
import { keepConnections } from "../platform/kept-connections.ts";
import { timedRequest } from "../platform/timed-request.ts";

export default class Load extends BaseCommand {
  static override summary = "Send requests at a steady rate as users in several cities do, and time them";
  static override description = [
    "Each city enters at its own edge, and the cities send in turn. When a request is sent is fixed beforehand: slow answers",
    "do not slow the load down, and a request that is sent late is timed from when it was due. Connections are kept.",
    "Only apps of the planet can be asked. Exits with 1 when a city got no answer with a status below 400.",
  ].join(" ");
  static override examples = [
    {
      description: "200 requests per second from three cities, for half a minute",
      command: "<%= config.bin %> load http://my-app.localhost:8080/ --from syd,ams,gru --rps 200 --duration 30s",
    },
    {
      description: "A path of this folder's app from everywhere, with a picture",
      command: "<%= config.bin %> load /api/items --from all --rps 180 --svg load.svg",
    },
    {
      description: "For scripts: an array with one object per city",
      command: "<%= config.bin %> load / --from syd,lhr --duration 5s --json",
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
    ...loadFlags,
  };

  async run(): Promise<CityLoad[]> {
    const { args, flags } = await this.parse(Load);
    const context = this.contextFor(flags);
    const load = loadOf(flags);
    const access = await requirePlanet(await planetAccessDeps(context));
    const { httpPort, client } = access;
    const target = await parseTarget({ text: args.url, httpPort, app: () => requireAppName(context, flags) });
    const doors = target.secure ? access.secureDoors : access.doors;
    const tls = target.secure ? await tlsOf(target, await authorityDeps(context)) : undefined;
    const input = { ...target, ...load, from: flags.from, tls };
    const loads = await this.withProgress(context, (progress) =>
      runLoad(input, {
        ...{ client, doors, send: timedRequest, signal: this.signal, clock: context.clock, progress },
        connect: (door, secured) => keepConnections({ ...door, tls: secured }),
      }),
    );
    this.print(renderLoad(loads, { width: context.terminal.columns }));
    if (flags.svg !== undefined)
      await writePicture(path.resolve(context.cwd, flags.svg), renderLoadSvg(loads, titleOf(load, target.url)));
    if (loads.some(({ ok }) => ok === 0)) setExitStatus(1);
    return loads;
  }
}

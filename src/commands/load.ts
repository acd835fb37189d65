import path from "node:path";
import { cityArgs, CityCommand, cityFlags } from "../cli/city-command.ts";
import { setExitStatus } from "../cli/exit-status.ts";
import { loadFlags, loadOf } from "../cli/flags/load.ts";
import { renderLoad } from "../cli/present/load.ts";
import { renderLoadSvg, titleOf } from "../cli/present/load-svg.ts";
import { writePicture } from "../cli/output/write-picture.ts";
import { runLoad } from "../operations/load/run-load.ts";
import type { CityLoad } from "../operations/load/tally.ts";
import { keepConnections } from "../platform/kept-connections.ts";

export default class Load extends CityCommand {
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
  static override args = cityArgs;
  static override flags = {
    ...cityFlags,
    ...loadFlags,
  };

  async run(): Promise<CityLoad[]> {
    const { args, flags } = await this.parse(Load);
    const context = this.contextFor(flags);
    const load = loadOf(flags);
    const { target, ways } = await this.cityScopeOf(context, args.url, flags);
    const input = { ...target, ...load, from: flags.from };
    const loads = await this.withProgress(context, (progress) =>
      runLoad(input, {
        ...{ ...ways, clock: context.clock, progress },
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

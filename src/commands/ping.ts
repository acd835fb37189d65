import { BaseCommand } from "../cli/base-command.ts";
import { setExitStatus } from "../cli/exit-status.ts";
import { regionFlag } from "../cli/flags/region.ts";
import { Flags } from "../cli/oclif.ts";
import { planetAccessDeps } from "../cli/planet-context.ts";
import { renderPing } from "../cli/present/ping.ts";
import { MAX_DATAGRAMS, pingRegions, type PingResult } from "../operations/ping/ping-regions.ts";
import { requirePlanet } from "../operations/planet/planet-access.ts";

export default class Ping extends BaseCommand {
  static override summary = "Measure the round trip between two regions";
  static override description =
    "Sends datagrams through the planet's network, after two that do not count. Exits with 1 when nothing comes back.";
  static override examples = [
    { description: "From Ashburn to Tokyo", command: "<%= config.bin %> ping --from iad --to nrt" },
    {
      description: "Over IPv6, fifty times",
      command: "<%= config.bin %> ping --from iad --to nrt --family 6 --count 50",
    },
    { description: "For scripts", command: "<%= config.bin %> ping --from iad --to nrt --json" },
  ];
  static override flags = {
    from: regionFlag({ summary: "Region that sends", required: true }),
    to: regionFlag({ summary: "Region that answers", required: true }),
    family: Flags.string({ summary: "Version of the Internet Protocol", options: ["4", "6"], default: "4" }),
    count: Flags.integer({
      char: "c",
      summary: "Datagrams to send",
      helpValue: "N",
      min: 1,
      max: MAX_DATAGRAMS,
      default: 10,
    }),
    interval: Flags.integer({
      char: "i",
      summary: "Milliseconds between two of them",
      helpValue: "MS",
      min: 1,
      max: 10_000,
      default: 100,
    }),
  };

  async run(): Promise<PingResult> {
    const { flags } = await this.parse(Ping);
    const context = this.contextFor(flags);
    const access = await requirePlanet(await planetAccessDeps(context));
    const { from, to, count, interval } = flags;
    const result = await pingRegions(
      { from, to, family: flags.family === "6" ? 6 : 4, count, intervalMs: interval },
      access,
    );
    this.print(renderPing(result));
    if (result.received === 0) setExitStatus(1);
    return result;
  }
}

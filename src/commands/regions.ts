import { BaseCommand } from "../cli/base-command.ts";
import { regionFlag } from "../cli/flags/region.ts";
import { renderTable } from "../cli/output/table.ts";
import { listRegions, type RegionListing } from "../operations/regions/list-regions.ts";

export default class Regions extends BaseCommand {
  static override summary = "List the regions of the platform";
  static override description = "With --from, also how far away each is: the round-trip time that a planet uses.";
  static override examples = [
    { description: "All regions", command: "<%= config.bin %> regions" },
    { description: "The closest to Sydney first", command: "<%= config.bin %> regions --from syd" },
    { description: "Coordinates too", command: "<%= config.bin %> regions --json" },
  ];
  static override flags = {
    from: regionFlag({ summary: "Show round-trip times from this region, closest first" }),
  };

  async run(): Promise<RegionListing[]> {
    const { flags } = await this.parse(Regions);
    const { terminal } = this.contextFor(flags);
    const regions = listRegions(flags.from === undefined ? {} : { from: flags.from });
    const columns = [
      { header: "CODE", value: (region: RegionListing) => region.code },
      { header: "NAME", value: (region: RegionListing) => region.name },
      { header: "GEO", value: (region: RegionListing) => region.geo_region },
      { header: "RTT", value: (region: RegionListing) => formatMs(region.rttMs), align: "right" as const },
    ];
    this.print(
      renderTable(flags.from === undefined ? columns.slice(0, 3) : columns, regions, { width: terminal.columns }),
    );
    return regions;
  }
}

function formatMs(value: number | undefined): string {
  return value === undefined ? "" : `${value.toFixed(1)} ms`;
}

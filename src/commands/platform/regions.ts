import { ApiCommand } from "../../cli/api-command.ts";
import { renderRegionList, type RegionsAnswer } from "../../cli/present/platform.ts";

export default class PlatformRegions extends ApiCommand {
  static override summary = "List the regions that the target has";
  static override description = "As the API answers it; `regions` shows what ships with the program, without a planet.";
  static override examples = [
    { description: "All", command: "<%= config.bin %> platform regions" },
    { description: "Their codes", command: "<%= config.bin %> platform regions --json | jq -r '.regions[].code'" },
  ];

  async run(): Promise<RegionsAnswer> {
    const { flags } = await this.parse(PlatformRegions);
    const { client, width } = await this.scopeOf(flags);
    const answer = await client.platform.regions();
    this.print(renderRegionList(answer.regions, answer.nearest, width));
    return answer;
  }
}

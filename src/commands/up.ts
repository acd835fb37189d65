import { BaseCommand } from "../cli/base-command.ts";
import { upFlags, upInputOf } from "../cli/flags/up.ts";
import { renderUp } from "../cli/present/planet.ts";
import type { UpResult } from "../operations/planet/up.ts";

export default class Up extends BaseCommand {
  static override summary = "Bring the planet up";
  static override description =
    "Starts the control plane, the network between the regions and the edge on this machine's Docker engine. A region costs nothing until it is active: name some here, or let a deploy or the first request activate them. Apps of a planet that was taken down come back.";
  static override examples = [
    { description: "With its home region only", command: "<%= config.bin %> up" },
    { description: "Three regions at once", command: "<%= config.bin %> up --regions iad,ams,nrt" },
    { description: "All regions", command: "<%= config.bin %> up --regions all" },
    { description: "With a port of this machine for Postgres", command: "<%= config.bin %> up --service-ports 5432" },
    {
      description: "With idle machines stopped soon, and as much CPU time as there is",
      command: "<%= config.bin %> up --autostop-period 30s --no-cpu-throttling",
    },
    {
      description: "A second planet beside the first",
      command: "<%= config.bin %> up --planet staging --http-port 8090 --control-port 4290",
    },
  ];
  static override flags = upFlags;

  async run(): Promise<UpResult> {
    const { flags } = await this.parse(Up);
    const context = this.contextFor(flags);
    const [{ upDeps }, { up }] = await Promise.all([
      import("../cli/planet-context.ts"),
      import("../operations/planet/up.ts"),
    ]);
    const result = await this.withProgress(context, async (progress) =>
      up({ ...upInputOf(flags), version: this.config.version }, await upDeps(context, progress)),
    );
    this.print(renderUp(result));
    return result;
  }
}

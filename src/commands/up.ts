import { BaseCommand } from "../cli/base-command.ts";
import { regionsOrAllFlag } from "../cli/flags/region.ts";
import { Flags } from "../cli/oclif.ts";
import { renderUp } from "../cli/present/planet.ts";
import { parseServicePorts } from "../operations/planet/service-ports.ts";
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
      description: "A second planet beside the first",
      command: "<%= config.bin %> up --planet staging --http-port 8090 --control-port 4290",
    },
  ];
  static override flags = {
    regions: regionsOrAllFlag({ char: "r", summary: "Regions to activate, or all" }),
    "http-port": Flags.integer({ summary: "Port of the edge on 127.0.0.1 (default: 8080)", min: 1, max: 65_535 }),
    "https-port": Flags.integer({
      summary: "Port of the edge with TLS on 127.0.0.1 (default: 8443, or as far from --http-port as that from 8080)",
      min: 1,
      max: 65_535,
    }),
    "service-ports": Flags.string({
      summary:
        "Ports on 127.0.0.1 for services that are not HTTP, such as 5432,9000-9007 (default: none, or as before)",
    }),
    "control-port": Flags.integer({
      summary: "Port of the Machines API on 127.0.0.1 (default: 4280)",
      min: 1,
      max: 65_535,
    }),
  };

  async run(): Promise<UpResult> {
    const { flags } = await this.parse(Up);
    const context = this.contextFor(flags);
    const [{ upDeps }, { up }] = await Promise.all([
      import("../cli/planet-context.ts"),
      import("../operations/planet/up.ts"),
    ]);
    const services = flags["service-ports"];
    const ports = {
      ...(services === undefined ? {} : { services: parseServicePorts(services) }),
      ...(flags["http-port"] === undefined ? {} : { http: flags["http-port"] }),
      ...(flags["https-port"] === undefined ? {} : { https: flags["https-port"] }),
      ...(flags["control-port"] === undefined ? {} : { control: flags["control-port"] }),
    };
    const result = await this.withProgress(context, async (progress) =>
      up({ regions: flags.regions ?? [], ports, version: this.config.version }, await upDeps(context, progress)),
    );
    this.print(renderUp(result));
    return result;
  }
}

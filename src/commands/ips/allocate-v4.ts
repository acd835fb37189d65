import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Flags } from "../../cli/oclif.ts";
import { regionFlag } from "../../cli/flags/region.ts";
import { renderIpList } from "../../cli/present/ips.ts";
import { describeIp, type IpRow } from "../../operations/ips/describe-ip.ts";

export default class IpsAllocateV4 extends ApiCommand {
  static override summary = "Give an app an IPv4 address";
  static override examples = [
    { description: "One of its own", command: "<%= config.bin %> ips allocate-v4" },
    { description: "One that apps share", command: "<%= config.bin %> ips allocate-v4 --shared" },
  ];
  static override aliases = aliasesOf(["ips", "ip"], ["allocate-v4"]);
  static override flags = {
    ...appFlags(),
    region: regionFlag({ char: "r", summary: "Region that it leads to (default: the nearest)" }),
    shared: Flags.boolean({ summary: "One that several apps share", default: false }),
  };

  async run(): Promise<IpRow> {
    const { flags } = await this.parse(IpsAllocateV4);
    const { app, client, width } = await this.appScopeOf(flags);
    const ip = await client.ips.allocate(app, {
      type: flags.shared ? "shared_v4" : "v4",
      ...(flags.region === undefined ? {} : { region: flags.region }),
    });
    this.print(renderIpList(app, [describeIp(ip)], width));
    return describeIp(ip);
  }
}

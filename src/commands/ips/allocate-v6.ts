import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Flags } from "../../cli/oclif.ts";
import { regionFlag } from "../../cli/flags/region.ts";
import { renderIpList } from "../../cli/present/ips.ts";
import { describeIp, type IpRow } from "../../operations/ips/describe-ip.ts";

export default class IpsAllocateV6 extends ApiCommand {
  static override summary = "Give an app an IPv6 address";
  static override examples = [
    { description: "One for everybody", command: "<%= config.bin %> ips allocate-v6" },
    { description: "One for the private network", command: "<%= config.bin %> ips allocate-v6 --private" },
  ];
  static override aliases = aliasesOf(["ips", "ip"], ["allocate-v6"]);
  static override flags = {
    ...appFlags(),
    region: regionFlag({ char: "r", summary: "Region that it leads to (default: the nearest)" }),
    private: Flags.boolean({ summary: "One that only the private network reaches", default: false }),
    network: Flags.string({ summary: "Private network", helpValue: "NAME", dependsOn: ["private"] }),
  };

  async run(): Promise<IpRow> {
    const { flags } = await this.parse(IpsAllocateV6);
    const { app, client, width } = await this.appScopeOf(flags);
    const ip = await client.ips.allocate(app, {
      type: flags.private ? "private_v6" : "v6",
      ...(flags.region === undefined ? {} : { region: flags.region }),
      ...(flags.network === undefined ? {} : { network: flags.network }),
    });
    this.print(renderIpList(app, [describeIp(ip)], width));
    return describeIp(ip);
  }
}

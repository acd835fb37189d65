import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { renderIpList } from "../../cli/present/ips.ts";
import { describeIp, type IpRow } from "../../operations/ips/describe-ip.ts";

export default class IpsList extends ApiCommand {
  static override summary = "List the addresses of an app";
  static override examples = [
    { description: "All", command: "<%= config.bin %> ips list" },
    { description: "For scripts", command: "<%= config.bin %> ips list --json | jq -r '.[].ip'" },
  ];
  static override aliases = aliasesOf(["ips", "ip"], ["list", "ls"]);
  static override flags = appFlags();

  async run(): Promise<IpRow[]> {
    const { flags } = await this.parse(IpsList);
    const { app, client, width } = await this.appScopeOf(flags);
    const ips = (await client.ips.list(app)).map(describeIp);
    this.print(renderIpList(app, ips, width));
    return ips;
  }
}

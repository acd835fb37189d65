import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { type PrivateIpRow, renderPrivateIps } from "../../cli/present/ips.ts";

export default class IpsPrivate extends ApiCommand {
  static override summary = "List the private addresses of an app's machines";
  static override examples = [
    { description: "All", command: "<%= config.bin %> ips private" },
    { description: "For scripts", command: "<%= config.bin %> ips private --json" },
  ];
  static override aliases = aliasesOf(["ips", "ip"], ["private"]);
  static override flags = appFlags();

  async run(): Promise<PrivateIpRow[]> {
    const { flags } = await this.parse(IpsPrivate);
    const { app, client, width } = await this.appScopeOf(flags);
    const machines = await client.machines.list(app);
    const rows = machines.map(({ id, region, private_ip: ip }) => ({ machine: id, region, ip }));
    this.print(renderPrivateIps(rows, width));
    return rows;
  }
}

import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Args } from "../../cli/oclif.ts";
import { yesFlag } from "../../cli/flags/yes.ts";
import { findIps } from "../../operations/ips/find-ips.ts";

interface ReleaseResult {
  readonly released: readonly string[];
}

export default class IpsRelease extends ApiCommand {
  static override summary = "Take addresses away from an app";
  static override description = "It may be given to somebody else then, so it asks, unless --yes is given.";
  static override examples = [
    { description: "One", command: "<%= config.bin %> ips release 2a09:8280:1::1" },
    { description: "Without a question", command: "<%= config.bin %> ips release 137.66.0.1 --yes" },
  ];
  static override aliases = aliasesOf(["ips", "ip"], ["release"]);
  static override strict = false;
  static override args = { ip: Args.string({ description: "The address; more may follow", required: true }) };
  static override flags = { ...appFlags(), yes: yesFlag() };

  async run(): Promise<ReleaseResult> {
    const { argv, flags } = await this.parse(IpsRelease);
    const { app, client, context } = await this.appScopeOf(flags);
    const ips = await findIps(argv.map(String), app, client.ips);
    if (!(await this.confirm(context, `Release ${ips.join(", ")} of app "${app}"?`, flags))) return { released: [] };
    for (const ip of ips) await client.ips.release(app, ip);
    this.print(`Released ${ips.join(", ")}`);
    return { released: ips };
  }
}

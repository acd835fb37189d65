import { aliasesOf } from "../../../cli/aliases.ts";
import { ApiCommand } from "../../../cli/api-command.ts";
import { orgFlag } from "../../../cli/flags/org.ts";
import { type CrossNetworkReplays, renderCrossNetworkReplays } from "../../../cli/present/orgs.ts";
import { findOrganization } from "../../../operations/orgs/find-organization.ts";

export default class OrgsCrossNetworkReplaysDisable extends ApiCommand {
  static override summary = "Keep an organization's replays inside each network";
  static override examples = [
    { description: "The personal one", command: "<%= config.bin %> orgs cross-network-replays disable" },
    { description: "Another", command: "<%= config.bin %> orgs cross-network-replays disable --org acme --json" },
  ];
  static override aliases = aliasesOf(["orgs", "org"], ["cross-network-replays:disable"]);
  static override flags = { org: orgFlag() };

  async run(): Promise<CrossNetworkReplays> {
    const { flags } = await this.parse(OrgsCrossNetworkReplaysDisable);
    const { planet } = await this.scopeOf(flags);
    const { slug } = findOrganization(flags.org, await planet().organizations());
    const { crossNetwork } = await planet().changeReplaySettings(slug, { crossNetwork: false });
    const result = { organization: slug, enabled: crossNetwork };
    this.print(renderCrossNetworkReplays(result));
    return result;
  }
}

import { aliasesOf } from "../../../cli/aliases.ts";
import { ApiCommand } from "../../../cli/api-command.ts";
import { orgFlag } from "../../../cli/flags/org.ts";
import { type CrossNetworkReplays, renderCrossNetworkReplays } from "../../../cli/present/orgs.ts";
import { findOrganization } from "../../../operations/orgs/find-organization.ts";

export default class OrgsCrossNetworkReplaysEnable extends ApiCommand {
  static override summary = "Let an organization's apps replay requests to each other across networks";
  static override examples = [
    { description: "The personal one", command: "<%= config.bin %> orgs cross-network-replays enable" },
    { description: "Another", command: "<%= config.bin %> orgs cross-network-replays enable --org acme --json" },
  ];
  static override aliases = aliasesOf(["orgs", "org"], ["cross-network-replays:enable"]);
  static override flags = { org: orgFlag() };

  async run(): Promise<CrossNetworkReplays> {
    const { flags } = await this.parse(OrgsCrossNetworkReplaysEnable);
    const { planet } = await this.scopeOf(flags);
    const { slug } = findOrganization(flags.org, await planet().organizations());
    const { crossNetwork } = await planet().changeReplaySettings(slug, { crossNetwork: true });
    const result = { organization: slug, enabled: crossNetwork };
    this.print(renderCrossNetworkReplays(result));
    return result;
  }
}

import { aliasesOf } from "../../../cli/aliases.ts";
import { ApiCommand } from "../../../cli/api-command.ts";
import { orgFlag } from "../../../cli/flags/org.ts";
import { type CrossNetworkReplays, renderCrossNetworkReplays } from "../../../cli/present/orgs.ts";
import { findOrganization } from "../../../operations/orgs/find-organization.ts";

export default class OrgsCrossNetworkReplaysStatus extends ApiCommand {
  static override summary = "Show whether an organization's apps may replay requests to each other across networks";
  static override examples = [
    { description: "The personal one", command: "<%= config.bin %> orgs cross-network-replays status" },
    { description: "For scripts", command: "<%= config.bin %> orgs cross-network-replays status --org acme --json" },
  ];
  static override aliases = aliasesOf(["orgs", "org"], ["cross-network-replays:status"]);
  static override flags = { org: orgFlag() };

  async run(): Promise<CrossNetworkReplays> {
    const { flags } = await this.parse(OrgsCrossNetworkReplaysStatus);
    const { planet } = await this.scopeOf(flags);
    const { slug } = findOrganization(flags.org, await planet().organizations());
    const { crossNetwork } = await planet().replaySettings(slug);
    const result = { organization: slug, enabled: crossNetwork };
    this.print(renderCrossNetworkReplays(result));
    return result;
  }
}

import { aliasesOf } from "../../../cli/aliases.ts";
import { ApiCommand } from "../../../cli/api-command.ts";
import { orgFlag } from "../../../cli/flags/org.ts";
import { type ReplaySources, renderReplaySources } from "../../../cli/present/orgs.ts";
import { findOrganization } from "../../../operations/orgs/find-organization.ts";

export default class OrgsReplaySourcesList extends ApiCommand {
  static override summary = "List the organizations whose apps may replay requests to an organization's apps";
  static override examples = [
    { description: "Of the personal one", command: "<%= config.bin %> orgs replay-sources list" },
    { description: "For scripts", command: "<%= config.bin %> orgs replay-sources list --org acme --json" },
  ];
  static override aliases = aliasesOf(["orgs", "org"], ["replay-sources:list", "replay-sources:ls"]);
  static override flags = { org: orgFlag() };

  async run(): Promise<ReplaySources> {
    const { flags } = await this.parse(OrgsReplaySourcesList);
    const { planet } = await this.scopeOf(flags);
    const { slug } = findOrganization(flags.org, await planet().organizations());
    const { sources } = await planet().replaySettings(slug);
    const result = { organization: slug, sources };
    this.print(renderReplaySources(result));
    return result;
  }
}

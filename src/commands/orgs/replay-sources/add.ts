import { aliasesOf } from "../../../cli/aliases.ts";
import { ApiCommand } from "../../../cli/api-command.ts";
import { orgFlag } from "../../../cli/flags/org.ts";
import { Args } from "../../../cli/oclif.ts";
import { type ReplaySources, renderReplaySources } from "../../../cli/present/orgs.ts";
import { findOrganization } from "../../../operations/orgs/find-organization.ts";

export default class OrgsReplaySourcesAdd extends ApiCommand {
  static override summary = "Let the apps of other organizations replay requests to an organization's apps";
  static override examples = [
    { description: "To the personal one", command: "<%= config.bin %> orgs replay-sources add acme" },
    { description: "To another", command: "<%= config.bin %> orgs replay-sources add personal globex --org acme" },
  ];
  static override aliases = aliasesOf(["orgs", "org"], ["replay-sources:add"]);
  static override strict = false;
  static override args = {
    source: Args.string({ description: "Short name of the organization that sends; more may follow", required: true }),
  };
  static override flags = { org: orgFlag() };

  async run(): Promise<ReplaySources> {
    const { argv, flags } = await this.parse(OrgsReplaySourcesAdd);
    const { planet } = await this.scopeOf(flags);
    const organizations = await planet().organizations();
    const { slug } = findOrganization(flags.org, organizations);
    const add = argv.map((source) => findOrganization(String(source), organizations).slug);
    const { sources } = await planet().changeReplaySettings(slug, { add });
    const result = { organization: slug, sources };
    this.print(renderReplaySources(result));
    return result;
  }
}

import { aliasesOf } from "../../../cli/aliases.ts";
import { ApiCommand } from "../../../cli/api-command.ts";
import { orgFlag } from "../../../cli/flags/org.ts";
import { yesFlag } from "../../../cli/flags/yes.ts";
import { Args } from "../../../cli/oclif.ts";
import { type ReplaySources, renderReplaySources } from "../../../cli/present/orgs.ts";
import { findOrganization } from "../../../operations/orgs/find-organization.ts";

export default class OrgsReplaySourcesRemove extends ApiCommand {
  static override summary = "Take replays from the apps of other organizations no longer";
  static override description = "Requests that they replay fail from then on, so it asks, unless --yes is given.";
  static override examples = [
    { description: "From the personal one", command: "<%= config.bin %> orgs replay-sources remove acme" },
    {
      description: "Without a question",
      command: "<%= config.bin %> orgs replay-sources remove personal --org acme --yes",
    },
  ];
  static override aliases = aliasesOf(["orgs", "org"], ["replay-sources:remove", "replay-sources:rm"]);
  static override strict = false;
  static override args = {
    source: Args.string({ description: "Short name of the organization that sends; more may follow", required: true }),
  };
  static override flags = { org: orgFlag(), yes: yesFlag() };

  async run(): Promise<ReplaySources> {
    const { argv, flags } = await this.parse(OrgsReplaySourcesRemove);
    const { context, planet } = await this.scopeOf(flags);
    const { slug } = findOrganization(flags.org, await planet().organizations());
    const remove = argv.map(String);
    const question = `Take no more replays from ${remove.join(", ")} to "${slug}"?`;
    const isSure = await this.confirm(context, question, flags);
    const { sources } = isSure
      ? await planet().changeReplaySettings(slug, { remove })
      : await planet().replaySettings(slug);
    const result = { organization: slug, sources };
    if (isSure) this.print(renderReplaySources(result));
    return result;
  }
}

import { ApiCommand } from "../../cli/api-command.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { type Organization, renderOrganizationList } from "../../cli/present/orgs.ts";

export default class OrgsList extends ApiCommand {
  static override summary = "List the organizations of the target";
  static override examples = [
    { description: "All", command: "<%= config.bin %> orgs list" },
    { description: "For scripts", command: "<%= config.bin %> orgs list --json | jq -r '.[].slug'" },
  ];
  static override aliases = aliasesOf(["orgs", "org"], ["list", "ls"]);

  async run(): Promise<Organization[]> {
    const { flags } = await this.parse(OrgsList);
    const { planet, width } = await this.scopeOf(flags);
    const organizations = await planet().organizations();
    this.print(renderOrganizationList(organizations, width));
    return organizations;
  }
}

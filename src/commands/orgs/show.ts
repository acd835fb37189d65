import { ApiCommand } from "../../cli/api-command.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Args } from "../../cli/oclif.ts";
import { type Organization, renderOrganization } from "../../cli/present/orgs.ts";
import { findOrganization } from "../../operations/orgs/find-organization.ts";

interface OrganizationResult extends Organization {
  /** Names. */
  readonly apps: readonly string[];
}

export default class OrgsShow extends ApiCommand {
  static override summary = "Show an organization and its apps";
  static override examples = [
    { description: "One", command: "<%= config.bin %> orgs show personal" },
    { description: "For scripts", command: "<%= config.bin %> orgs show personal --json" },
  ];
  static override aliases = aliasesOf(["orgs", "org"], ["show"]);
  static override args = { slug: Args.string({ description: "Short name of the organization", default: "personal" }) };

  async run(): Promise<OrganizationResult> {
    const { args, flags } = await this.parse(OrgsShow);
    const { client, planet } = await this.scopeOf(flags);
    const organization = findOrganization(args.slug, await planet().organizations());
    const apps = await client.apps.list(organization.slug);
    this.print(renderOrganization(organization, apps));
    return { ...organization, apps: apps.map(({ name }) => name) };
  }
}

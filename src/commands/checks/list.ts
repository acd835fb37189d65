import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Flags } from "../../cli/oclif.ts";
import { renderCheckList } from "../../cli/present/checks.ts";
import { type CheckRow, listChecks } from "../../operations/checks/list-checks.ts";

export default class ChecksList extends ApiCommand {
  static override summary = "List the health checks of an app's machines";
  static override examples = [
    { description: "All, the failing ones first", command: "<%= config.bin %> checks list" },
    {
      description: "One of them",
      command: "<%= config.bin %> checks list --check-name servicecheck-00-http-8080 --json",
    },
  ];
  static override aliases = aliasesOf(["checks", "check"], ["list", "ls"]);
  static override flags = {
    ...appFlags(),
    "check-name": Flags.string({ summary: "Only this check", helpValue: "NAME" }),
  };

  async run(): Promise<CheckRow[]> {
    const { flags } = await this.parse(ChecksList);
    const { app, client, width } = await this.appScopeOf(flags);
    const checks = await listChecks({ app, name: flags["check-name"] }, client.machines);
    this.print(renderCheckList(app, checks, width));
    return checks;
  }
}

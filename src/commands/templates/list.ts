import { BaseCommand } from "../../cli/base-command.ts";
import { renderTable } from "../../cli/output/table.ts";
import { listTemplates, type TemplateListing } from "../../operations/launch/list-templates.ts";
import { createTemplates } from "../../cli/templates.ts";

export default class TemplatesList extends BaseCommand {
  static override summary = "List the app templates that launch can write";
  static override examples = [{ description: "All templates", command: "<%= config.bin %> templates list" }];

  async run(): Promise<readonly TemplateListing[]> {
    const { flags } = await this.parse(TemplatesList);
    const { terminal } = this.contextFor(flags);
    const templates = await listTemplates({ templates: await createTemplates() });
    const columns = [
      { header: "NAME", value: (template: TemplateListing) => template.name },
      { header: "TITLE", value: (template: TemplateListing) => template.title },
      { header: "DESCRIPTION", value: (template: TemplateListing) => template.description },
    ];
    this.print(renderTable(columns, templates, { width: terminal.columns }));
    return templates;
  }
}

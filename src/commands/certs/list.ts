import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { type CertificateSummary, renderCertificateList } from "../../cli/present/certs.ts";

export default class CertsList extends ApiCommand {
  static override summary = "List the certificates of an app";
  static override examples = [
    { description: "All", command: "<%= config.bin %> certs list" },
    { description: "For scripts", command: "<%= config.bin %> certs list --json" },
  ];
  static override aliases = aliasesOf(["certs", "cert"], ["list", "ls"]);
  static override flags = appFlags();

  async run(): Promise<CertificateSummary[]> {
    const { flags } = await this.parse(CertsList);
    const { app, client, width } = await this.appScopeOf(flags);
    const certificates = await client.certificates.list(app);
    this.print(renderCertificateList(app, certificates, width));
    return certificates;
  }
}

import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Args } from "../../cli/oclif.ts";
import { renderCertificate } from "../../cli/present/certs.ts";
import type { CertificateDetail } from "../../contract/certificates.ts";

export default class CertsShow extends ApiCommand {
  static override summary = "Show a certificate";
  static override examples = [
    { description: "One", command: "<%= config.bin %> certs show www.example.com" },
    { description: "For scripts", command: "<%= config.bin %> certs show www.example.com --json" },
  ];
  static override aliases = aliasesOf(["certs", "cert"], ["show"]);
  static override args = {
    hostname: Args.string({ description: "Host name, e.g. www.example.com or *.example.com", required: true }),
  };
  static override flags = appFlags();

  async run(): Promise<CertificateDetail> {
    const { args, flags } = await this.parse(CertsShow);
    const { app, client } = await this.appScopeOf(flags);
    const detail = await client.certificates.get(app, args.hostname);
    this.print(renderCertificate(detail));
    return detail;
  }
}

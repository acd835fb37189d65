import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Args } from "../../cli/oclif.ts";
import { renderCertificate } from "../../cli/present/certs.ts";
import type { CertificateDetail } from "../../contract/certificates.ts";

export default class CertsAdd extends ApiCommand {
  static override summary = "Ask for a certificate for a host name";
  static override examples = [
    { description: "For a name", command: "<%= config.bin %> certs add www.example.com" },
    { description: "For all names below it", command: `<%= config.bin %> certs add "*.example.com"` },
  ];
  static override aliases = aliasesOf(["certs", "cert"], ["add", "create"]);
  static override args = {
    hostname: Args.string({ description: "Host name, e.g. www.example.com or *.example.com", required: true }),
  };
  static override flags = appFlags();

  async run(): Promise<CertificateDetail> {
    const { args, flags } = await this.parse(CertsAdd);
    const { app, client } = await this.appScopeOf(flags);
    const detail = await client.certificates.add(app, args.hostname);
    this.print(renderCertificate(detail));
    return detail;
  }
}

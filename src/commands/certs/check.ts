import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Args } from "../../cli/oclif.ts";
import { renderCertificate } from "../../cli/present/certs.ts";
import type { CertificateDetail } from "../../contract/certificates.ts";

export default class CertsCheck extends ApiCommand {
  static override summary = "Look again whether a certificate can be issued";
  static override examples = [{ description: "One", command: "<%= config.bin %> certs check www.example.com" }];
  static override aliases = aliasesOf(["certs", "cert"], ["check", "setup"]);
  static override args = {
    hostname: Args.string({ description: "Host name, e.g. www.example.com or *.example.com", required: true }),
  };
  static override flags = appFlags();

  async run(): Promise<CertificateDetail> {
    const { args, flags } = await this.parse(CertsCheck);
    const { app, client } = await this.appScopeOf(flags);
    const detail = await client.certificates.check(app, args.hostname);
    this.print(renderCertificate(detail));
    return detail;
  }
}

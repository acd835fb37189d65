import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Args, Flags } from "../../cli/oclif.ts";
import { renderCertificate } from "../../cli/present/certs.ts";
import type { CertificateDetail } from "../../contract/certificates.ts";

export default class CertsImport extends ApiCommand {
  static override summary = "Give an app a certificate that is there already";
  static override examples = [
    {
      description: "Files in PEM",
      command: "<%= config.bin %> certs import www.example.com --fullchain chain.pem --private-key key.pem",
    },
  ];
  static override aliases = aliasesOf(["certs", "cert"], ["import"]);
  static override args = {
    hostname: Args.string({ description: "Host name, e.g. www.example.com or *.example.com", required: true }),
  };
  static override flags = {
    ...appFlags(),
    fullchain: Flags.string({
      summary: "File with the certificate and what signed it",
      helpValue: "FILE",
      required: true,
    }),
    "private-key": Flags.string({ summary: "File with its key", helpValue: "FILE", required: true }),
  };

  async run(): Promise<CertificateDetail> {
    const { args, flags } = await this.parse(CertsImport);
    const { app, client, context } = await this.appScopeOf(flags);
    const { readBytes } = await context.files();
    const text = async (file: string): Promise<string> => Buffer.from(await readBytes(file)).toString();
    const detail = await client.certificates.import(app, {
      hostname: args.hostname,
      fullchain: await text(flags.fullchain),
      private_key: await text(flags["private-key"]),
    });
    this.print(renderCertificate(detail));
    return detail;
  }
}

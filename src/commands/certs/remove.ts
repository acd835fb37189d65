import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Args } from "../../cli/oclif.ts";
import { yesFlag } from "../../cli/flags/yes.ts";

interface RemoveResult {
  readonly hostname: string;
  /** False where the person said no. */
  readonly removed: boolean;
}

export default class CertsRemove extends ApiCommand {
  static override summary = "Remove the certificates of a host name";
  static override examples = [
    { description: "After a question", command: "<%= config.bin %> certs remove www.example.com" },
    { description: "Without one", command: "<%= config.bin %> certs remove www.example.com --yes" },
  ];
  static override aliases = aliasesOf(["certs", "cert"], ["remove", "delete", "rm"]);
  static override args = {
    hostname: Args.string({ description: "Host name, e.g. www.example.com or *.example.com", required: true }),
  };
  static override flags = { ...appFlags(), yes: yesFlag() };

  async run(): Promise<RemoveResult> {
    const { args, flags } = await this.parse(CertsRemove);
    const { app, client, context } = await this.appScopeOf(flags);
    const { hostname } = await client.certificates.get(app, args.hostname);
    if (!(await this.confirm(context, `Remove the certificates of ${hostname} from app "${app}"?`, flags)))
      return { hostname, removed: false };
    await client.certificates.remove(app, hostname);
    this.print(`Removed the certificates of ${hostname}`);
    return { hostname, removed: true };
  }
}

import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Flags } from "../../cli/oclif.ts";
import { setExitStatus } from "../../cli/exit-status.ts";
import { renderSecretDiff } from "../../cli/present/secrets.ts";
import { diffSecrets, type SecretDifference } from "../../operations/secrets/diff-secrets.ts";
import { readEnvText } from "../../operations/secrets/read-values.ts";

export default class SecretsDiff extends ApiCommand {
  static override summary = "Show which secrets differ between a .env file and an app";
  static override description = "By digest: no value leaves this computer, and none comes back.";
  static override examples = [
    { description: "The file of this folder", command: "<%= config.bin %> secrets diff" },
    {
      description: "Another file; status 1 where something differs",
      command: "<%= config.bin %> secrets diff --file .env.production --exit-code",
    },
  ];
  static override aliases = aliasesOf(["secrets", "secret"], ["diff"]);
  static override flags = {
    ...appFlags(),
    file: Flags.string({ char: "f", summary: "The file", helpValue: "FILE", default: ".env" }),
    "exit-code": Flags.boolean({ summary: "End with status 1 where something differs", default: false }),
  };

  async run(): Promise<SecretDifference[]> {
    const { flags } = await this.parse(SecretsDiff);
    const { app, client, context, width } = await this.appScopeOf(flags);
    const { readBytes } = await context.files();
    const values = await readEnvText(Buffer.from(await readBytes(flags.file)).toString());
    const rows = await diffSecrets(app, values, client.secrets);
    this.print(renderSecretDiff(rows, width));
    if (flags["exit-code"] && rows.some(({ difference }) => difference !== "same")) setExitStatus(1);
    return rows;
  }
}

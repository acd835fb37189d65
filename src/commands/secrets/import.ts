import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Flags } from "../../cli/oclif.ts";
import { stagingFlags } from "../../cli/flags/staging.ts";
import { setSecrets } from "../../operations/secrets/change-secrets.ts";
import { readEnvText } from "../../operations/secrets/read-values.ts";
import { SecretsCommand, type SecretsResult } from "../../cli/secrets-command.ts";

export default class SecretsImport extends SecretsCommand {
  static override summary = "Set secrets from a .env file";
  static override description =
    "Quotes, comments, export and values of several lines are read as dotenv does. Values are not printed.";
  static override examples = [
    { description: "From stdin", command: "<%= config.bin %> secrets import < .env" },
    {
      description: "From a file, and give them to the machines",
      command: "<%= config.bin %> secrets import --file .env.production --deploy",
    },
  ];
  static override aliases = aliasesOf(["secrets", "secret"], ["import"]);
  static override flags = {
    ...appFlags(),
    file: Flags.string({ char: "f", summary: "The file (default: stdin)", helpValue: "FILE" }),
    ...stagingFlags(),
  };

  async run(): Promise<SecretsResult> {
    const { flags } = await this.parse(SecretsImport);
    const scope = await this.appScopeOf(flags);
    const files = await scope.context.files();
    const text =
      flags.file === undefined ? await this.readStdin() : Buffer.from(await files.readBytes(flags.file)).toString();
    const values = await readEnvText(text);
    return this.finish(scope, await setSecrets(scope.app, values, scope.client.secrets), flags);
  }
}

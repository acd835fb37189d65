import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Args } from "../../cli/oclif.ts";
import { stagingFlags } from "../../cli/flags/staging.ts";
import { unsetSecrets } from "../../operations/secrets/change-secrets.ts";
import { readNames } from "../../operations/secrets/read-values.ts";
import { SecretsCommand, type SecretsResult } from "../../cli/secrets-command.ts";

export default class SecretsUnset extends SecretsCommand {
  static override summary = "Remove secrets of an app";
  static override description =
    "Machines that have them keep them until they are replaced: `secrets deploy --force`, the next deploy, or --deploy here.";
  static override examples = [
    { description: "One", command: "<%= config.bin %> secrets unset API_KEY" },
    {
      description: "Two, and from the machines too",
      command: "<%= config.bin %> secrets unset API_KEY OLD_KEY --deploy",
    },
  ];
  static override aliases = aliasesOf(["secrets", "secret"], ["unset", "delete", "remove", "rm"]);
  static override strict = false;
  static override args = { name: Args.string({ description: "Name of the secret; more may follow" }) };
  static override flags = { ...appFlags(), ...stagingFlags() };

  async run(): Promise<SecretsResult> {
    const { argv, flags } = await this.parse(SecretsUnset);
    const names = readNames(argv.map(String));
    const scope = await this.appScopeOf(flags);
    return this.finish(scope, await unsetSecrets(scope.app, names, scope.client.secrets), flags);
  }
}

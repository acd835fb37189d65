import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Args } from "../../cli/oclif.ts";
import { stagingFlags } from "../../cli/flags/staging.ts";
import { setSecrets } from "../../operations/secrets/change-secrets.ts";
import { readAssignments } from "../../operations/secrets/read-values.ts";
import { SecretsCommand, type SecretsResult } from "../../cli/secrets-command.ts";

export default class SecretsSet extends SecretsCommand {
  static override summary = "Set secrets of an app";
  static override description =
    "They are staged: machines get them with `secrets deploy`, the next deploy, or --deploy here. NAME=- reads the value from stdin; other users of this computer can see arguments.";
  static override examples = [
    {
      description: "From stdin, so that it stands in no history",
      command: "<%= config.bin %> secrets set API_KEY=- < key.txt",
    },
    { description: "Several", command: "<%= config.bin %> secrets set A=1 B=2" },
    {
      description: "And give them to the machines",
      command: "<%= config.bin %> secrets set API_KEY=- --deploy < key.txt",
    },
  ];
  static override aliases = aliasesOf(["secrets", "secret"], ["set"]);
  static override strict = false;
  static override args = { secret: Args.string({ description: "NAME=VALUE, or NAME=- for stdin; more may follow" }) };
  static override flags = { ...appFlags(), ...stagingFlags() };

  async run(): Promise<SecretsResult> {
    const { argv, flags } = await this.parse(SecretsSet);
    const values = await readAssignments(argv.map(String), () => this.readStdin());
    const scope = await this.appScopeOf(flags);
    return this.finish(scope, await setSecrets(scope.app, values, scope.client.secrets), flags);
  }
}

import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { renderSecretList } from "../../cli/present/secrets.ts";
import { listSecrets, type SecretRow } from "../../operations/secrets/list-secrets.ts";

export default class SecretsList extends ApiCommand {
  static override summary = "List the secrets of an app, without their values";
  static override description = "staged: no machine has it yet; partial: some have; deployed: all have.";
  static override examples = [
    { description: "Names, digests and whether machines have them", command: "<%= config.bin %> secrets list" },
    { description: "For scripts", command: "<%= config.bin %> secrets list --json | jq -r '.[].name'" },
  ];
  static override aliases = aliasesOf(["secrets", "secret"], ["list", "ls"]);
  static override flags = appFlags();

  async run(): Promise<SecretRow[]> {
    const { flags } = await this.parse(SecretsList);
    const { app, client, width } = await this.appScopeOf(flags);
    const secrets = await listSecrets(app, client);
    this.print(renderSecretList(app, secrets, width));
    return secrets;
  }
}

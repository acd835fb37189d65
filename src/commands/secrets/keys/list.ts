import { ApiCommand } from "../../../cli/api-command.ts";
import { appFlags } from "../../../cli/flags/app.ts";
import { aliasesOf } from "../../../cli/aliases.ts";
import { renderSecretKeys } from "../../../cli/present/secrets.ts";
import type { ApiSecretKey } from "../../../operations/secrets/list-secrets.ts";

export default class SecretsKeysList extends ApiCommand {
  static override summary = "List the secret keys of an app";
  static override description = "Secret keys encrypt and sign for machines, which never see them.";
  static override examples = [
    { description: "All", command: "<%= config.bin %> secrets keys list" },
    { description: "Public keys", command: "<%= config.bin %> secrets keys list --json" },
  ];
  static override aliases = aliasesOf(["secrets:keys", "secret:keys"], ["list", "ls"]);
  static override flags = appFlags();

  async run(): Promise<ApiSecretKey[]> {
    const { flags } = await this.parse(SecretsKeysList);
    const { app, client, width } = await this.appScopeOf(flags);
    const keys = await client.secrets.keys(app);
    this.print(renderSecretKeys(keys, width));
    return keys;
  }
}

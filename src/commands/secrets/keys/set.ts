import { appFlags } from "../../../cli/flags/app.ts";
import { Args, Flags } from "../../../cli/oclif.ts";
import { SecretsCommand } from "../../../cli/secrets-command.ts";
import { renderSecretKeys } from "../../../cli/present/secrets.ts";
import { SECRET_KEY_TYPES } from "../../../contract/secrets.ts";
import { readBase64 } from "../../../operations/secrets/read-base64.ts";
import type { ApiSecretKey } from "../../../operations/secrets/list-secrets.ts";

export default class SecretsKeysSet extends SecretsCommand {
  static override summary = "Keep a secret key that is there already";
  static override description = "The key comes from stdin as base64.";
  static override examples = [
    { description: "Base64 on stdin", command: "<%= config.bin %> secrets keys set signing --type hs256 < key.b64" },
  ];
  static override args = { name: Args.string({ description: "Name of the key", required: true }) };
  static override flags = {
    ...appFlags(),
    type: Flags.option({ char: "t", summary: "What it is for", options: SECRET_KEY_TYPES, required: true })(),
  };

  async run(): Promise<ApiSecretKey> {
    const { args, flags } = await this.parse(SecretsKeysSet);
    const value = readBase64(await this.readStdin());
    const { app, client, width } = await this.appScopeOf(flags);
    const key = await client.secrets.setKey(app, args.name, flags.type, value);
    this.print(renderSecretKeys([key], width));
    return key;
  }
}

import { ApiCommand } from "../../../cli/api-command.ts";
import { appFlags } from "../../../cli/flags/app.ts";
import { Args, Flags } from "../../../cli/oclif.ts";
import { renderSecretKeys } from "../../../cli/present/secrets.ts";
import { SECRET_KEY_TYPES } from "../../../contract/secrets.ts";
import type { ApiSecretKey } from "../../../operations/secrets/list-secrets.ts";

export default class SecretsKeysGenerate extends ApiCommand {
  static override summary = "Make a secret key";
  static override examples = [
    { description: "For signing", command: "<%= config.bin %> secrets keys generate signing --type nacl_sign" },
    { description: "For encrypting", command: "<%= config.bin %> secrets keys generate vault --type xaes256gcm" },
  ];
  static override args = { name: Args.string({ description: "Name of the key", required: true }) };
  static override flags = {
    ...appFlags(),
    type: Flags.option({ char: "t", summary: "What it is for", options: SECRET_KEY_TYPES, required: true })(),
  };

  async run(): Promise<ApiSecretKey> {
    const { args, flags } = await this.parse(SecretsKeysGenerate);
    const { app, client, width } = await this.appScopeOf(flags);
    const key = await client.secrets.generateKey(app, args.name, flags.type);
    this.print(renderSecretKeys([key], width));
    return key;
  }
}

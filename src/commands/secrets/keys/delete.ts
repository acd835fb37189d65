import { ApiCommand } from "../../../cli/api-command.ts";
import { appFlags } from "../../../cli/flags/app.ts";
import { aliasesOf } from "../../../cli/aliases.ts";
import { Args } from "../../../cli/oclif.ts";
import { yesFlag } from "../../../cli/flags/yes.ts";

interface DeleteResult {
  readonly name: string;
  /** False where the person said no. */
  readonly deleted: boolean;
}

export default class SecretsKeysDelete extends ApiCommand {
  static override summary = "Delete a secret key";
  static override examples = [
    { description: "After a question", command: "<%= config.bin %> secrets keys delete signing" },
    { description: "Without one", command: "<%= config.bin %> secrets keys delete signing --yes" },
  ];
  static override aliases = aliasesOf(["secrets:keys", "secret:keys"], ["delete", "rm"]);
  static override args = { name: Args.string({ description: "Name of the key", required: true }) };
  static override flags = { ...appFlags(), yes: yesFlag() };

  async run(): Promise<DeleteResult> {
    const { args, flags } = await this.parse(SecretsKeysDelete);
    const { app, client, context } = await this.appScopeOf(flags);
    if (
      !(await this.confirm(
        context,
        `Delete secret key "${args.name}" of app "${app}"? What it encrypted is lost.`,
        flags,
      ))
    )
      return { name: args.name, deleted: false };
    await client.secrets.deleteKey(app, args.name);
    this.print(`Deleted secret key "${args.name}"`);
    return { name: args.name, deleted: true };
  }
}

import { tokenStoreOf } from "../../cli/auth-context.ts";
import { BaseCommand } from "../../cli/base-command.ts";
import { requireToken } from "../../operations/auth/require-token.ts";
import type { FoundToken } from "../../operations/auth/token-store.ts";

export default class AuthToken extends BaseCommand {
  static override summary = "Print the token for Fly.io";
  static override description = "Prints the secret itself, for other programs. Mind who sees the terminal or the log.";
  static override examples = [
    { description: "For another program", command: 'FLY_API_TOKEN="$(<%= config.bin %> auth token)" terraform plan' },
  ];

  async run(): Promise<FoundToken> {
    const { flags } = await this.parse(AuthToken);
    const found = await requireToken(await tokenStoreOf(this.contextFor(flags)));
    this.print(found.token);
    return found;
  }
}

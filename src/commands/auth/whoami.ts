import { identifyOn, tokenStoreOf } from "../../cli/auth-context.ts";
import { BaseCommand } from "../../cli/base-command.ts";
import { renderIdentity, renderTokenSource } from "../../cli/present/auth.ts";
import type { TokenIdentity } from "../../operations/auth/identity.ts";
import { requireToken } from "../../operations/auth/require-token.ts";
import type { TokenSource } from "../../operations/auth/token-store.ts";

export default class AuthWhoami extends BaseCommand {
  static override summary = "Show who is signed in to Fly.io";
  static override examples = [
    { description: "Who it is", command: "<%= config.bin %> auth whoami" },
    { description: "For scripts", command: "<%= config.bin %> auth whoami --json" },
  ];

  async run(): Promise<TokenIdentity & { readonly source: TokenSource }> {
    const { flags } = await this.parse(AuthWhoami);
    const context = this.contextFor(flags);
    const { token, source } = await requireToken(await tokenStoreOf(context));
    const identity = await identifyOn(context, token);
    this.print(`${renderIdentity(identity)}, by the token from ${renderTokenSource(source)}`);
    return { ...identity, source };
  }
}

import { ApiCommand } from "../../cli/api-command.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Args } from "../../cli/oclif.ts";
import { yesFlag } from "../../cli/flags/yes.ts";
import { findToken } from "../../operations/tokens/find-token.ts";

interface RevokeResult {
  readonly id: string;
  /** False where the person said no. */
  readonly revoked: boolean;
}

export default class TokensRevoke extends ApiCommand {
  static override summary = "Take a token back";
  static override description = "Whoever has it can do nothing with it any more.";
  static override examples = [
    { description: "After a question", command: "<%= config.bin %> tokens revoke tok_x1y2z3" },
    { description: "Without one", command: "<%= config.bin %> tokens revoke tok_x1y2z3 --yes" },
  ];
  static override aliases = aliasesOf(["tokens", "token"], ["revoke"]);
  static override args = { id: Args.string({ description: "ID of the token, from tokens list", required: true }) };
  static override flags = { yes: yesFlag() };

  async run(): Promise<RevokeResult> {
    const { args, flags } = await this.parse(TokensRevoke);
    const { planet, context } = await this.scopeOf(flags);
    const { id, name, app } = findToken(args.id, await planet().tokens());
    const question = `Revoke ${name} ${id}${app === undefined ? "" : ` of app "${app}"`}?`;
    if (!(await this.confirm(context, question, flags))) return { id, revoked: false };
    await planet().revokeToken(id);
    this.print(`Revoked ${id}`);
    return { id, revoked: true };
  }
}

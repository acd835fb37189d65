import { ApiCommand } from "../../cli/api-command.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Flags } from "../../cli/oclif.ts";
import { renderTokenList } from "../../cli/present/tokens.ts";
import type { IssuedToken } from "../../contract/tokens.ts";

export default class TokensList extends ApiCommand {
  static override summary = "List the tokens that are still good";
  static override examples = [
    { description: "All of the planet", command: "<%= config.bin %> tokens list" },
    { description: "Of one app", command: "<%= config.bin %> tokens list --app my-app --json" },
  ];
  static override aliases = aliasesOf(["tokens", "token"], ["list", "ls"]);
  static override flags = { app: Flags.string({ char: "a", summary: "Only those of this app", helpValue: "NAME" }) };

  async run(): Promise<IssuedToken[]> {
    const { flags } = await this.parse(TokensList);
    const { planet, width } = await this.scopeOf(flags);
    const tokens = (await planet().tokens()).filter(({ app }) => flags.app === undefined || app === flags.app);
    this.print(renderTokenList(tokens, width));
    return tokens;
  }
}

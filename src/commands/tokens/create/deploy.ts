import { ApiCommand } from "../../../cli/api-command.ts";
import { appFlags } from "../../../cli/flags/app.ts";
import { aliasesOf } from "../../../cli/aliases.ts";
import { Flags } from "../../../cli/oclif.ts";
import { AppError } from "../../../errors/app-error.ts";
import { parseDurationMs } from "../../../operations/tokens/expiry.ts";

interface TokenResult {
  readonly app: string;
  readonly token: string;
}

export default class TokensCreateDeploy extends ApiCommand {
  static override summary = "Make a token that may do everything with one app";
  static override description = "It is printed to stdout, and never again.";
  static override examples = [
    { description: "For CI, good for a year", command: "<%= config.bin %> tokens create deploy --expiry 8760h" },
    { description: "Only the token", command: "<%= config.bin %> tokens create deploy --json | jq -r .token" },
  ];
  static override aliases = aliasesOf(["tokens:create", "token:create"], ["deploy"]);
  static override flags = {
    ...appFlags(),
    expiry: Flags.string({
      char: "x",
      summary: "How long it is good, e.g. 24h",
      helpValue: "DURATION",
      default: "175200h",
    }),
  };

  async run(): Promise<TokenResult> {
    const { flags } = await this.parse(TokensCreateDeploy);
    if (parseDurationMs(flags.expiry) === undefined)
      throw new AppError("USAGE", `--expiry "${flags.expiry}" is no duration`, { suggestions: ["--expiry 24h"] });
    const { app, client, context } = await this.appScopeOf(flags);
    const token = await client.apps.createDeployToken(app, flags.expiry);
    this.print(token);
    if (!this.jsonEnabled()) context.terminal.writeError("It is shown this once: keep it where secrets are kept\n");
    return { app, token };
  }
}

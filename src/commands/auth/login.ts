import { identifyOn, tokenStoreOf } from "../../cli/auth-context.ts";
import { BaseCommand } from "../../cli/base-command.ts";
import { readStdin } from "../../cli/input/read-stdin.ts";
import { Flags } from "../../cli/oclif.ts";
import { askSecret } from "../../cli/output/prompt.ts";
import { renderIdentity, renderTokenSource } from "../../cli/present/auth.ts";
import { login, type LoginResult, TOKEN_PAGE } from "../../operations/auth/login.ts";
import { hasBrowser, openInBrowser } from "../../platform/browser.ts";

export default class AuthLogin extends BaseCommand {
  static override summary = "Sign in to Fly.io with a token";
  static override description = [
    "Opens the page where tokens are made, and asks for the token. It is tried on the platform first, and then kept in the",
    "system's keychain, or, where there is none, in a file that only you can read. A planet needs no signing in.",
  ].join(" ");
  static override examples = [
    { description: "With a browser", command: "<%= config.bin %> auth login" },
    { description: "In a script", command: "<%= config.bin %> auth login --stdin < token.txt" },
  ];
  static override flags = {
    stdin: Flags.boolean({ summary: "Read the token from standard input", default: false }),
    browser: Flags.boolean({ summary: "Open the page where tokens are made", default: true, allowNo: true }),
  };

  async run(): Promise<LoginResult> {
    const { flags } = await this.parse(AuthLogin);
    const context = this.contextFor(flags);
    const { terminal, signal, env, platform } = context;
    const interactive = terminal.stdinIsTty && terminal.stderrIsTty && !this.jsonEnabled();
    const askToken = async (): Promise<string> => {
      if (flags.stdin) return readStdin();
      if (interactive) {
        const opened = flags.browser && hasBrowser(env, platform) && (await openInBrowser(TOKEN_PAGE));
        terminal.writeError(`${opened ? "Opened" : "Make a token at"} ${TOKEN_PAGE}\n`);
      }
      return askSecret("Paste the token:", { interactive, signal });
    };
    const store = await tokenStoreOf(context);
    const result = await login({ askToken, identify: (token) => identifyOn(context, token), store });
    this.print(`Signed in as ${renderIdentity(result)}; the token is in ${renderTokenSource(result.keptIn)}`);
    return result;
  }
}

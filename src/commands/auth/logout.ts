import { tokenStoreOf } from "../../cli/auth-context.ts";
import { BaseCommand } from "../../cli/base-command.ts";
import { renderTokenSource } from "../../cli/present/auth.ts";
import type { TokenSource } from "../../operations/auth/token-store.ts";

interface LogoutResult {
  /** Where a token was kept. */
  readonly removedFrom: readonly TokenSource[];
  /** Where one still comes from: the environment, which a command cannot change. */
  readonly remaining: TokenSource | null;
}

export default class AuthLogout extends BaseCommand {
  static override summary = "Forget the token for Fly.io";
  static override description =
    "Removes the token from this machine. It stays valid: revoke it on the page where you made it.";
  static override examples = [{ description: "Sign out", command: "<%= config.bin %> auth logout" }];

  async run(): Promise<LogoutResult> {
    const { flags } = await this.parse(AuthLogout);
    const store = await tokenStoreOf(this.contextFor(flags));
    const removedFrom = await store.remove();
    const remaining = (await store.read())?.source ?? null;
    const done =
      removedFrom.length === 0
        ? "Nobody was signed in"
        : `Signed out: the token is gone from ${removedFrom.map(renderTokenSource).join(" and ")}`;
    this.print(remaining === null ? done : `${done}; ${renderTokenSource(remaining)} still has one`);
    return { removedFrom, remaining };
  }
}

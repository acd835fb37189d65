// What commands about an app's parts share: the app, the clients, and choosing among several.
import { randomUUID } from "node:crypto";
import { requireAppName } from "./app-context.ts";
import { BaseCommand } from "./base-command.ts";
import type { Context } from "./context.ts";
import { type MachinesAccess, machinesAccess } from "./machines-context.ts";
import type { Choose } from "../operations/machine/select-machines.ts";

export interface ApiScope extends MachinesAccess {
  readonly context: Context;
  readonly width: { readonly width: number | undefined };
}

export interface AppScope extends ApiScope {
  readonly app: string;
  /** Lets the person choose; undefined where nobody can answer. */
  readonly choose: Choose | undefined;
  /** A key that nothing else has. */
  readonly newKey: () => string;
}

/** Base of commands that act on the Machines API. */
export abstract class ApiCommand extends BaseCommand {
  /** For commands that are about no app. @throws PLANET_DOWN */
  protected async scopeOf(flags: { readonly planet: string }): Promise<ApiScope> {
    const context = this.contextFor(flags);
    return { context, width: { width: context.terminal.columns }, ...(await machinesAccess(context)) };
  }

  /** For commands about the app that flags, environment or fly.toml name. @throws CONFIG_NOT_FOUND, PLANET_DOWN */
  protected async appScopeOf(flags: {
    readonly planet: string;
    readonly app?: string | undefined;
    readonly config?: string | undefined;
  }): Promise<AppScope> {
    const context = this.contextFor(flags);
    const app = await requireAppName(context, flags);
    const { stdinIsTty, stderrIsTty, columns } = context.terminal;
    const choose: Choose = async (question, options) => {
      const { chooseOne } = await import("./output/choose.ts");
      return chooseOne(question, options, { signal: this.signal });
    };
    return {
      context,
      app,
      width: { width: columns },
      newKey: randomUUID,
      choose: stdinIsTty && stderrIsTty && !this.jsonEnabled() ? choose : undefined,
      ...(await machinesAccess(context)),
    };
  }
}

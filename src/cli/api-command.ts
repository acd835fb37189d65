// What commands about an app's parts share: the app, the clients, and choosing among several.
import { randomUUID } from "node:crypto";
import { requireAppName } from "./app-context.ts";
import { BaseCommand } from "./base-command.ts";
import type { Context } from "./context.ts";
import { type MachinesAccess, machinesAccess } from "./machines-context.ts";
import { targetFlag } from "./target-context.ts";
import type { Target, TargetName } from "../operations/target/target.ts";
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

/** Base of commands that act on the Machines API, on either target. */
export abstract class ApiCommand extends BaseCommand {
  static override baseFlags = { ...BaseCommand.baseFlags, target: targetFlag() };

  private targetName: TargetName | undefined;

  /**
   * Takes note of the target for --json, and says on stderr when a command acts on real machines: that is never silent,
   * with --json neither.
   */
  protected announce(context: Context, target: Target): void {
    this.targetName = target.name;
    if (target.name === "fly") context.terminal.writeError(`Target: Fly.io (${target.source})\n`);
  }

  /** What --json prints says where it comes from: each object has the target beside what `run` returns. */
  protected override toSuccessJson(result: unknown): unknown {
    return this.targetName === undefined ? result : withTarget(result, this.targetName);
  }

  /** For commands that are about no app. @throws PLANET_DOWN */
  protected async scopeOf(flags: { readonly planet: string; readonly target?: string | undefined }): Promise<ApiScope> {
    const context = this.contextFor(flags);
    const access = await machinesAccess(context, flags.target);
    this.announce(context, access.target);
    return { context, width: { width: context.terminal.columns }, ...access };
  }

  /** For commands about the app that flags, environment or fly.toml name. @throws CONFIG_NOT_FOUND, PLANET_DOWN */
  protected async appScopeOf(flags: {
    readonly planet: string;
    readonly app?: string | undefined;
    readonly config?: string | undefined;
    readonly target?: string | undefined;
  }): Promise<AppScope> {
    const context = this.contextFor(flags);
    const app = await requireAppName(context, flags);
    const { stdinIsTty, stderrIsTty, columns } = context.terminal;
    const choose: Choose = async (question, options) => {
      const { chooseOne } = await import("./output/choose.ts");
      return chooseOne(question, options, { signal: this.signal });
    };
    const access = await machinesAccess(context, flags.target);
    this.announce(context, access.target);
    return {
      context,
      app,
      width: { width: columns },
      newKey: randomUUID,
      choose: stdinIsTty && stderrIsTty && !this.jsonEnabled() ? choose : undefined,
      ...access,
    };
  }
}

/** An object, or each object of a list, with the target. */
function withTarget(result: unknown, target: TargetName): unknown {
  if (Array.isArray(result)) return result.map((one) => withTarget(one, target));
  return typeof result === "object" && result !== null ? { target, ...result } : result;
}

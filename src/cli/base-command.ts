// What all commands share: --json and --planet, cancellation, and the context that they hand to operations. How a
// failure is shown is decided once, in main.ts, so errors simply pass through here.
import { homedir } from "node:os";
import type { Interfaces } from "@oclif/core";
import { AppError } from "../errors/app-error.ts";
import type { ProgressReporter } from "../operations/progress.ts";
import { cancelOnSignals, type Cancellation } from "../platform/signals.ts";
import { type Context, createContext } from "./context.ts";
import { planetFlag } from "./flags/planet.ts";
import { Command } from "./oclif.ts";

/**
 * Base of every command. `run` returns the value that --json prints; for people, it writes with `this.print`.
 * @example
 * export default class Regions extends BaseCommand {
 *   static override summary = "List the regions";
 *   async run(): Promise<RegionRow[]> {
 *     const { flags } = await this.parse(Regions);
 *     const rows = listRegions(this.contextFor(flags));
 *     this.print(renderRegions(rows));
 *     return rows;
 *   }
 * }
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = { planet: planetFlag() };

  /** Its words, with `--` before those that are not its own. */
  static separate(argv: readonly string[]): string[] {
    return [...argv];
  }

  /** Runs the command without oclif's dispatch around it; for main.ts. */
  static async start(id: string, argv: string[], config: Interfaces.Config): Promise<void> {
    this.id = id;
    const CommandClass = this as unknown as new (argv: string[], config: Interfaces.Config) => BaseCommand;
    await new CommandClass(argv, config)._run();
  }

  private cancellation: Cancellation | undefined;
  private outputClosed = false;

  /** Aborted by SIGINT, SIGTERM, SIGHUP, and when nobody reads the output any more. */
  protected get signal(): AbortSignal {
    if (this.cancellation === undefined) throw new AppError("INTERNAL", "A command's signal was read before its start");
    return this.cancellation.signal;
  }

  /** The context for the parsed flags; made once a command knows what it was asked. */
  protected contextFor(flags: { readonly planet: string }): Context {
    return createContext({
      env: process.env,
      cwd: process.cwd(),
      home: homedir(),
      platform: process.platform,
      signal: this.signal,
      planet: flags.planet,
    });
  }

  /** Writes a result for people to stdout, ended by one newline; silent with --json. */
  protected print(text: string): void {
    if (!this.jsonEnabled()) process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  /** Whether the person agrees; --yes answers beforehand. See `confirm`. */
  protected async confirm(context: Context, question: string, flags: { readonly yes: boolean }): Promise<boolean> {
    const { confirm } = await import("./output/prompt.ts");
    const { stdinIsTty, stderrIsTty } = context.terminal;
    return confirm(question, {
      yes: flags.yes,
      interactive: stdinIsTty && stderrIsTty && !this.jsonEnabled(),
      signal: this.signal,
    });
  }

  /** Does the work while its progress is shown; the view is closed before the result or an error is printed. */
  protected async withProgress<T>(context: Context, work: (progress: ProgressReporter) => Promise<T>): Promise<T> {
    const [{ createProgress }, { showProgress }] = await Promise.all([
      import("./output/progress.ts"),
      import("./output/show-progress.ts"),
    ]);
    const progress = createProgress(context.clock);
    const shown = await showProgress(progress, { ...context, quiet: this.jsonEnabled() });
    try {
      return await work(progress);
    } finally {
      await shown.close();
    }
  }

  protected override async init(): Promise<void> {
    this.argv = (this.constructor as typeof BaseCommand).separate(this.argv);
    this.cancellation = cancelOnSignals(
      (name) => new AppError("CANCELLED", `Interrupted by ${name}`, { details: { signal: name } }),
    );
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") return;
      this.outputClosed = true;
      this.cancellation?.abort(error);
    });
  }

  /** An interrupted command failed because of the interruption, whatever it tripped over on its way out. */
  protected override async catch(thrown: Error): Promise<unknown> {
    const interruption: unknown = this.cancellation?.signal.reason;
    if (this.outputClosed) return undefined;
    throw this.cancellation?.received() === undefined ? thrown : interruption;
  }

  protected override async finally(): Promise<void> {
    this.cancellation?.release();
  }

  override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  }
}

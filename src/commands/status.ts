import { appFlag } from "../cli/flags/app.ts";
import { findAppName } from "../cli/app-context.ts";
import { ApiCommand } from "../cli/api-command.ts";
import type { Context } from "../cli/context.ts";
import { quietInterruption } from "../cli/exit-status.ts";
import { Flags } from "../cli/oclif.ts";
import { createPainter } from "../cli/output/color.ts";
import { renderStatus } from "../cli/present/status.ts";
import { AppError } from "../errors/app-error.ts";
import { readStatus, type StatusReading } from "../operations/status/read-status.ts";
import type { WatchedStatus } from "../operations/status/watch-status.ts";

export default class Status extends ApiCommand {
  static override summary = "Show how an app is, or the whole planet";
  static override description =
    "In the folder of an app's fly.toml, or with --app, the app's machines; elsewhere the planet, its regions and all apps; on Fly.io it is always about an app.";
  static override examples = [
    { description: "The app of this folder, or the planet", command: "<%= config.bin %> status" },
    { description: "An app", command: "<%= config.bin %> status --app my-app" },
    { description: "Live, until Ctrl-C", command: "<%= config.bin %> status --watch" },
    { description: "For scripts", command: "<%= config.bin %> status --app my-app --json" },
  ];
  static override flags = {
    app: appFlag(),
    watch: Flags.boolean({
      char: "w",
      summary: "Go on showing it until Ctrl-C; where the output is no terminal, again after each change",
      default: false,
    }),
  };

  private watching = false;

  async run(): Promise<StatusReading | undefined> {
    const { flags } = await this.parse(Status);
    const context = this.contextFor(flags);
    if (flags.watch && this.jsonEnabled())
      throw new AppError("USAGE", "--watch shows nothing with --json", { suggestions: ["hangar status --json"] });
    const app = await findAppName(context, flags);
    const { client: api, target, planet, urlOf } = await this.scopeOf(flags);
    const access = { api, target, planet, urlOf };
    if (!flags.watch) {
      const reading = await readStatus({ app }, access);
      const { columns, stdoutColor } = context.terminal;
      this.print(renderStatus(reading, createPainter(stdoutColor), { width: columns }));
      return reading;
    }
    this.watching = true;
    const { watchStatus } = await import("../operations/status/watch-status.ts");
    await this.show(watchStatus({ app }, { ...access, clock: context.clock, signal: this.signal }), context);
    return undefined;
  }

  private async show(readings: AsyncIterable<WatchedStatus>, { terminal }: Context): Promise<void> {
    if (terminal.stdoutIsTty) {
      const { showStatus } = await import("../cli/views/status-view.tsx");
      return showStatus(readings, { color: terminal.stdoutColor });
    }
    let last: string | undefined;
    for await (const watched of readings) {
      const text =
        "problem" in watched
          ? watched.problem
          : renderStatus(watched.reading, createPainter(false), { width: undefined });
      if (text !== last) this.print(`${text}\n\n`);
      last = text;
    }
  }

  /** Ctrl-C is how a watch ends. */
  protected override async catch(thrown: Error): Promise<unknown> {
    return super.catch(thrown).catch((error: unknown) => {
      throw this.watching ? quietInterruption(error) : error;
    });
  }
}

import { ApiCommand } from "../cli/api-command.ts";
import { quietInterruption } from "../cli/exit-status.ts";
import { appFlag } from "../cli/flags/app.ts";
import { regionFlag } from "../cli/flags/region.ts";
import { Flags } from "../cli/oclif.ts";
import { createPainter } from "../cli/output/color.ts";
import { renderLogEntry } from "../cli/present/logs.ts";
import { readLogs } from "../operations/logs/read-logs.ts";

const DEFAULT_TAIL = 100;
const MAX_TAIL = 10_000;

export default class Logs extends ApiCommand {
  static override summary = "Show what the machines of an app print";
  static override description =
    "With --json, each entry is one line with one JSON object (NDJSON), also without --follow.";
  static override examples = [
    { description: "The last lines of all machines", command: "<%= config.bin %> logs --app my-app" },
    { description: "Go on with new lines until Ctrl-C", command: "<%= config.bin %> logs --follow" },
    { description: "One region only", command: "<%= config.bin %> logs --region nrt --tail 20" },
    { description: "For scripts: one object per line", command: "<%= config.bin %> logs --json" },
  ];
  static override flags = {
    app: appFlag(),
    follow: Flags.boolean({
      char: "f",
      summary: "Go on with new lines until Ctrl-C, also across restarts",
      default: false,
    }),
    region: regionFlag({ summary: "Only the machines of this region" }),
    machine: Flags.string({ summary: "Only this machine", helpValue: "ID" }),
    tail: Flags.integer({
      char: "n",
      summary: "Lines from the past",
      helpValue: "N",
      min: 0,
      max: MAX_TAIL,
      default: DEFAULT_TAIL,
    }),
  };

  private following = false;

  async run(): Promise<void> {
    const { flags } = await this.parse(Logs);
    const { app, logs, target, context } = await this.appScopeOf(flags);
    const { terminal, clock } = context;
    this.following = flags.follow;
    const paint = createPainter(terminal.stdoutColor);
    const onInterruption = (): void =>
      terminal.writeError(`${target.name === "fly" ? "Fly.io" : "The planet"} does not answer; waiting for it\n`);
    const { follow, tail, region, machine } = flags;
    for await (const entry of readLogs(
      { app, follow, tail, region, machine },
      { client: { logs }, clock, signal: this.signal, onInterruption },
    )) {
      terminal.writeOut(`${this.jsonEnabled() ? JSON.stringify(entry) : renderLogEntry(entry, paint)}\n`);
    }
  }

  /** The entries were printed as they came; there is no value at the end. */
  override logJson(): void {}

  /** Ctrl-C is how following ends. */
  protected override async catch(thrown: Error): Promise<unknown> {
    return super.catch(thrown).catch((error: unknown) => {
      throw this.following ? quietInterruption(error) : error;
    });
  }
}

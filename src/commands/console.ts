import { AttachCommand, type ConsoleResult } from "../cli/attach-command.ts";
import { appFlags } from "../cli/flags/app.ts";
import { commandFlags } from "../cli/flags/attach.ts";
import { regionFlag } from "../cli/flags/region.ts";
import { machinesAccess } from "../cli/machines-context.ts";
import { Flags } from "../cli/oclif.ts";
import { withFreshMachine } from "../operations/attach/fresh-machine.ts";

export default class Console extends AttachCommand {
  static override summary = "Open a shell in a fresh machine, or run a command there";
  static override description =
    "The machine is as the app's own, without their services and volumes, and is destroyed at the end. For a shell in a machine that is there: hangar ssh console.";
  static override examples = [
    { description: "A shell beside this folder's app", command: "<%= config.bin %> console" },
    { description: "A command", command: '<%= config.bin %> console --app my-app -C "cat /etc/hosts"' },
    { description: "For scripts", command: '<%= config.bin %> console --json -C "env" </dev/null' },
  ];
  static override flags = {
    ...appFlags(),
    region: regionFlag({ char: "r", summary: "Region of the machine (default: that of the app's first)" }),
    image: Flags.string({ char: "i", summary: "Image (default: the app's)", helpValue: "IMAGE" }),
    ...commandFlags(),
  };

  async run(): Promise<ConsoleResult> {
    const { flags } = await this.parse(Console);
    const command = this.commandOf(flags);
    const scope = await this.appScopeOf(flags);
    const { app, context, newKey } = scope;
    const streams = await scope.sessions();
    // Ctrl-C ends the command; the machine is still to be destroyed after it.
    const { client } = await machinesAccess({ ...context, signal: new AbortController().signal }, flags.target);
    return withFreshMachine(
      { app, region: flags.region, image: flags.image },
      { machines: client.machines, newKey },
      (machine) => this.runIn(machine, command, flags, { ...scope, streams }),
    );
  }
}

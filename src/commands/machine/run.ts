import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { plainWords } from "../../cli/command-words.ts";
import { Flags } from "../../cli/oclif.ts";
import { launchArgs, launchFlags, MachineLaunchCommand } from "../../cli/machine-launch-command.ts";
import type { Machine } from "../../contract/machine.ts";

export default class MachineRun extends MachineLaunchCommand {
  static override summary = "Make a machine of an image and start it";
  static override description =
    "Waits until it has started. Words behind -- are the command, instead of the image's own. It belongs to no deploy: the next one leaves it alone.";
  static override examples = [
    { description: "An image of the engine", command: "<%= config.bin %> machine run my-app:latest --app my-app" },
    {
      description: "A web server in Tokyo",
      command: "<%= config.bin %> machine run nginx -r nrt --port 80:80/tcp:http",
    },
    {
      description: "A command, and gone after it",
      command: "<%= config.bin %> machine run debian --rm -- sh -c 'echo hi'",
    },
  ];
  static override aliases = aliasesOf(MACHINE, ["run"]);
  static override strict = false;
  static override args = launchArgs();
  static override flags = {
    ...launchFlags(),
    rm: Flags.boolean({ summary: "Destroy it when its program has ended", default: false }),
  };

  async run(): Promise<Machine> {
    const { raw, flags } = await this.parse(MachineRun);
    return this.launch(plainWords(raw), { ...flags, skipLaunch: false });
  }
}

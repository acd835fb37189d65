import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { plainWords } from "../../cli/command-words.ts";
import { launchArgs, launchFlags, MachineLaunchCommand } from "../../cli/machine-launch-command.ts";
import type { Machine } from "../../contract/machine.ts";

export default class MachineCreate extends MachineLaunchCommand {
  static override summary = "Make a machine of an image, without starting it";
  static override description = "As `machine run`, but it only starts with `machine start`, or when a request comes.";
  static override examples = [
    { description: "One for later", command: "<%= config.bin %> machine create my-app:latest --name spare" },
    {
      description: "Starts with its first request",
      command: "<%= config.bin %> machine create nginx -p 80:80:http --autostart",
    },
  ];
  static override aliases = aliasesOf(MACHINE, ["create"]);
  static override strict = false;
  static override args = launchArgs();
  static override flags = launchFlags();

  async run(): Promise<Machine> {
    const { raw, flags } = await this.parse(MachineCreate);
    return this.launch(plainWords(raw), { ...flags, rm: false, skipLaunch: true });
  }
}

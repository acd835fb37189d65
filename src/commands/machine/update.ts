import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { configChangesOf, machineConfigFlags } from "../../cli/flags/machine-config.ts";
import { waitFlags, waitMsOf } from "../../cli/flags/wait.ts";
import { yesFlag } from "../../cli/flags/yes.ts";
import { machineArg } from "../../cli/machine-command.ts";
import { Flags } from "../../cli/oclif.ts";
import { renderDifferences } from "../../cli/present/machine.ts";
import type { Machine } from "../../contract/machine.ts";
import { selectMachine } from "../../operations/machine/select-machines.ts";
import { wordsOf } from "../../operations/machine/words-of.ts";
import { planUpdate, updateMachine } from "../../operations/machine/update-machine.ts";

interface UpdateResult {
  readonly machine: Machine;
  /** False where nothing differed, or the person said no. */
  readonly updated: boolean;
}

export default class MachineUpdate extends ApiCommand {
  static override summary = "Change a machine's image or configuration";
  static override description =
    "Shows what would change and asks, unless --yes is given. A machine that runs is replaced and waited for. The next deploy sets its machines to fly.toml again.";
  static override examples = [
    { description: "More memory", command: "<%= config.bin %> machine update web-1 --vm-memory 1gb" },
    {
      description: "Another image, without a question",
      command: "<%= config.bin %> machine update web-1 --image my-app:v2 --yes",
    },
    { description: "Another command", command: `<%= config.bin %> machine update web-1 --command "node worker.js"` },
  ];
  static override aliases = aliasesOf(MACHINE, ["update"]);
  static override args = machineArg();
  static override flags = {
    ...appFlags(),
    image: Flags.string({ char: "i", summary: "Image to run", helpValue: "IMAGE" }),
    command: Flags.string({ char: "C", summary: "Command, as a line of words", helpValue: "COMMAND" }),
    ...machineConfigFlags(),
    "skip-start": Flags.boolean({ summary: "Do not start it with the new configuration", default: false }),
    ...waitFlags(),
    yes: yesFlag(),
  };

  async run(): Promise<UpdateResult> {
    const { args, flags } = await this.parse(MachineUpdate);
    const scope = await this.appScopeOf(flags);
    const { context, app, client } = scope;
    const machine = await selectMachine({ app, word: args.machine }, scope);
    const { readBytes } = await context.files();
    const command = flags.command === undefined ? undefined : wordsOf(flags.command);
    const update = planUpdate(machine, { ...(await configChangesOf(flags, readBytes)), image: flags.image, command });
    if (update.differences.length === 0) {
      this.print("Nothing to change");
      return { machine, updated: false };
    }
    this.print(renderDifferences(update.differences));
    if (!(await this.confirm(context, `Update machine ${machine.id} in ${machine.region}?`, flags))) {
      this.print(`Machine ${machine.id} stays as it is`);
      return { machine, updated: false };
    }
    const updated = await this.withProgress(context, (progress) =>
      updateMachine(
        { app, update, waitMs: waitMsOf(flags), skipStart: flags["skip-start"] },
        { machines: client.machines, progress },
      ),
    );
    this.print(`Machine ${updated.id} is updated: ${updated.state}`);
    return { machine: updated, updated: true };
  }
}

import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { regionFlag } from "../../cli/flags/region.ts";
import { waitFlags, waitMsOf } from "../../cli/flags/wait.ts";
import { machineArg } from "../../cli/machine-command.ts";
import { Flags } from "../../cli/oclif.ts";
import { renderMachine } from "../../cli/present/machine.ts";
import type { Machine } from "../../contract/machine.ts";
import { cloneMachine } from "../../operations/machine/clone-machine.ts";
import { selectMachine } from "../../operations/machine/select-machines.ts";
import { wordsOf } from "../../operations/machine/words-of.ts";

export default class MachineClone extends ApiCommand {
  static override summary = "Make another machine like one that is there";
  static override description =
    "Waits until it has started. Volumes are not shared: each mount gets a new, empty volume in the region, unless a flag says where its data come from.";
  static override examples = [
    { description: "One more in the same region", command: "<%= config.bin %> machine clone 148ed599c14189" },
    { description: "In Tokyo", command: "<%= config.bin %> machine clone web-1 --region nrt" },
    {
      description: "With the data of the last snapshot",
      command: "<%= config.bin %> machine clone db-1 --from-snapshot last",
    },
  ];
  static override aliases = aliasesOf(MACHINE, ["clone"]);
  static override args = machineArg();
  static override flags = {
    ...appFlags(),
    region: regionFlag({ char: "r", summary: "Region of the new machine (default: the same)" }),
    name: Flags.string({ char: "n", summary: "Name of the new machine", helpValue: "NAME" }),
    "attach-volume": Flags.string({ summary: "Volume for its mount", helpValue: "ID", exclusive: ["from-snapshot"] }),
    "from-snapshot": Flags.string({ summary: "Snapshot for its volume, or last", helpValue: "ID" }),
    "override-cmd": Flags.string({ summary: "Command, as a line of words", helpValue: "COMMAND" }),
    "clear-cmd": Flags.boolean({ summary: "The image's own command", default: false, exclusive: ["override-cmd"] }),
    "standby-for": Flags.string({
      summary: "Machine it stands by for",
      helpValue: "ID",
      multiple: true,
      multipleNonGreedy: true,
    }),
    "clear-auto-destroy": Flags.boolean({ summary: "Keep it after its program has ended", default: false }),
    ...waitFlags(),
  };

  async run(): Promise<Machine> {
    const { args, flags } = await this.parse(MachineClone);
    const scope = await this.appScopeOf(flags);
    const source = await selectMachine({ app: scope.app, word: args.machine }, scope);
    const input = {
      app: scope.app,
      source,
      region: flags.region ?? source.region,
      name: flags.name,
      attachVolume: flags["attach-volume"],
      fromSnapshot: flags["from-snapshot"],
      command: flags["override-cmd"] === undefined ? undefined : wordsOf(flags["override-cmd"]),
      clearCommand: flags["clear-cmd"],
      clearAutoDestroy: flags["clear-auto-destroy"],
      standbyFor: flags["standby-for"],
      waitMs: waitMsOf(flags),
    };
    const { machines, volumes } = scope.client;
    const machine = await this.withProgress(scope.context, (progress) =>
      cloneMachine(input, { machines, volumes, progress, newKey: scope.newKey }),
    );
    this.print(renderMachine({ ...machine, events: [] }, scope.width));
    return machine;
  }
}

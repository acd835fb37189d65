import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { machineArg } from "../../cli/machine-command.ts";
import { Flags } from "../../cli/oclif.ts";
import { readMachine } from "../../operations/machine/read-machine.ts";

const DEFAULT_TIMEOUT_S = 60;

interface WaitResult {
  readonly id: string;
  readonly state: string;
}

export default class MachineWait extends ApiCommand {
  static override summary = "Wait until a machine has a state";
  static override description = "Ends with status 124 when it has not after the timeout.";
  static override examples = [
    { description: "Until it runs", command: "<%= config.bin %> machine wait 148ed599c14189" },
    {
      description: "Until it is gone",
      command: "<%= config.bin %> machine wait web-1 --state destroyed --timeout 120",
    },
  ];
  static override aliases = aliasesOf(MACHINE, ["wait"]);
  static override args = machineArg();
  static override flags = {
    ...appFlags(),
    state: Flags.option({
      summary: "The state; settled is any that stays",
      options: ["started", "stopped", "suspended", "destroyed", "settled"] as const,
      default: "started",
    })(),
    timeout: Flags.integer({ summary: "Seconds to wait", helpValue: "S", min: 1, default: DEFAULT_TIMEOUT_S }),
  };

  async run(): Promise<WaitResult> {
    const { args, flags } = await this.parse(MachineWait);
    const scope = await this.appScopeOf(flags);
    const { id } = await readMachine({ app: scope.app, word: args.machine }, scope);
    await this.withProgress(scope.context, async (progress) => {
      progress.start(id, `Machine ${id}: waiting for ${flags.state}`);
      await scope.client.machines.wait(scope.app, id, { state: flags.state, timeoutMs: flags.timeout * 1_000 });
      progress.done(id, flags.state);
    });
    this.print(`Machine ${id}: ${flags.state}`);
    return { id, state: flags.state };
  }
}

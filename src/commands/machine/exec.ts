import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { ApiCommand } from "../../cli/api-command.ts";
import { setExitStatus } from "../../cli/exit-status.ts";
import { plainWords, separateCommand } from "../../cli/command-words.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { Args, Flags } from "../../cli/oclif.ts";
import type { ExecAnswer } from "../../contract/machine.ts";
import { execInMachine } from "../../operations/machine/exec-in-machine.ts";

const DEFAULT_TIMEOUT_S = 30;

export default class MachineExec extends ApiCommand {
  static override summary = "Run a command in a machine";
  static override description =
    "Ends with the command's own status. One word is a line of words; several are taken as they are, without a shell. Without --machine, the first word is the machine where it is followed by others. From the command's first word on, flags are the command's; Hangar's stand before it, or behind a line in quotes or a single word.";
  static override examples = [
    { description: "A line of words", command: `<%= config.bin %> machine exec 148ed599c14189 "cat /etc/hosts"` },
    { description: "Words as they are", command: "<%= config.bin %> machine exec web-1 sh -c 'echo $FLY_REGION'" },
    { description: "In the only machine", command: "<%= config.bin %> machine exec --app my-app env" },
    { description: "For scripts", command: "<%= config.bin %> machine exec --machine web-1 --json cat /etc/hosts" },
  ];
  static override aliases = aliasesOf(MACHINE, ["exec"]);
  static override strict = false;
  static override args = {
    command: Args.string({ description: "[MACHINE] and the command", required: true, ignoreStdin: true }),
  };
  static override flags = {
    ...appFlags(),
    machine: Flags.string({ char: "m", summary: "ID or name of the machine", helpValue: "ID" }),
    container: Flags.string({ summary: "Container of the machine to run it in", helpValue: "NAME" }),
    timeout: Flags.integer({
      summary: "Seconds it may take",
      helpValue: "S",
      min: 1,
      max: 3_600,
      default: DEFAULT_TIMEOUT_S,
    }),
  };

  static override separate(argv: readonly string[]): string[] {
    return separateCommand(argv, { ...this.baseFlags, ...this.flags });
  }

  async run(): Promise<ExecAnswer> {
    const { raw, flags } = await this.parse(MachineExec);
    const scope = await this.appScopeOf(flags);
    const answer = await execInMachine(
      {
        app: scope.app,
        words: plainWords(raw),
        machine: flags.machine,
        container: flags.container,
        timeoutS: flags.timeout,
      },
      scope,
    );
    if (!this.jsonEnabled()) {
      scope.context.terminal.writeOut(answer.stdout);
      scope.context.terminal.writeError(answer.stderr);
    }
    setExitStatus(answer.exit_code);
    return answer;
  }
}

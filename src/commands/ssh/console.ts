import { AttachCommand } from "../../cli/attach-command.ts";
import { setExitStatus } from "../../cli/exit-status.ts";
import { attachFlags } from "../../cli/flags/attach.ts";
import { Flags } from "../../cli/oclif.ts";
import { collectOutput, standardOutput } from "../../cli/output/streams.ts";
import { AppError } from "../../errors/app-error.ts";
import { LOGIN_SHELL, runCommand } from "../../operations/attach/run-command.ts";
import { wordsOf } from "../../operations/machine/words-of.ts";
import { systemTimer } from "../../platform/clock.ts";
import { openTerminalInput } from "../../platform/terminal-input.ts";

export interface ConsoleResult {
  readonly machine: string;
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export default class SshConsole extends AttachCommand {
  static override summary = "Open a shell in a machine, or run a command there";
  static override description = [
    "Ends with the command's own status. Without --machine, a machine that runs is taken. Standard input goes to the command;",
    "on a terminal, the shell has one too. The words of --command are split as a shell does, but no shell runs them.",
  ].join(" ");
  static override examples = [
    { description: "A shell in a machine of this folder's app", command: "<%= config.bin %> ssh console" },
    { description: "In Tokyo", command: "<%= config.bin %> ssh console --app my-app --region nrt" },
    { description: "A command", command: '<%= config.bin %> ssh console -C "ls -la /data"' },
    { description: "With input", command: "echo hello | <%= config.bin %> ssh console -C cat" },
    { description: "For scripts", command: '<%= config.bin %> ssh console --json -C "env" </dev/null' },
  ];
  static override flags = {
    ...attachFlags(),
    command: Flags.string({ char: "C", summary: "Command instead of a shell", helpValue: "COMMAND" }),
    user: Flags.string({ char: "u", summary: "User to run it as (default: the image's)", helpValue: "NAME" }),
    container: Flags.string({ summary: "Container of the machine to run it in", helpValue: "NAME" }),
    pty: Flags.boolean({ summary: "Give --command a terminal too", default: false }),
  };

  async run(): Promise<ConsoleResult> {
    const { flags } = await this.parse(SshConsole);
    if (this.jsonEnabled() && flags.command === undefined)
      throw new AppError("USAGE", "With --json there is no shell: say what to run", {
        suggestions: ['hangar ssh console --json -C "COMMAND"'],
      });
    const command = flags.command === undefined ? LOGIN_SHELL : wordsOf(flags.command);
    if (command.length === 0) throw new AppError("USAGE", "There is no command to run");
    const { app, machine, streams, context } = await this.attachScopeOf(flags);
    const { stdinIsTty, stdoutIsTty } = context.terminal;
    const hasTerminal = stdinIsTty && stdoutIsTty && !this.jsonEnabled() && (flags.command === undefined || flags.pty);
    const collected = collectOutput();
    const exitCode = await runCommand(
      {
        ...{ app, machine: machine.id, command },
        ...(hasTerminal ? { terminalType: context.env["TERM"] ?? "xterm" } : {}),
        ...(flags.user === undefined ? {} : { user: flags.user }),
        ...(flags.container === undefined ? {} : { container: flags.container }),
      },
      {
        sessions: streams,
        openInput: () => openTerminalInput({ raw: hasTerminal }),
        write: this.jsonEnabled() ? collected.write : standardOutput,
        signal: this.signal,
        timer: systemTimer,
      },
    );
    setExitStatus(exitCode);
    return { machine: machine.id, exit_code: exitCode, ...collected.text() };
  }
}

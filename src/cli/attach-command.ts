// What the commands share that go into one machine: which one it is, and starting it.
import type { SessionsClient } from "../client/sessions-client.ts";
import type { Machine } from "../contract/machine.ts";
import { ApiCommand, type AppScope } from "./api-command.ts";
import { AppError } from "../errors/app-error.ts";
import { LOGIN_SHELL, runCommand } from "../operations/attach/run-command.ts";
import { wordsOf } from "../operations/machine/words-of.ts";
import { systemTimer } from "../platform/clock.ts";
import { openTerminalInput } from "../platform/terminal-input.ts";
import { setExitStatus } from "./exit-status.ts";
import type { AttachFlags, CommandFlags } from "./flags/attach.ts";
import { collectOutput, standardOutput } from "./output/streams.ts";

/** What --json prints of a command. */
export interface ConsoleResult {
  readonly machine: string;
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AttachScope extends AppScope {
  readonly machine: Machine;
  readonly streams: SessionsClient;
}

/** Base of the commands that go into a machine. */
export abstract class AttachCommand extends ApiCommand {
  /** @throws TARGET_UNSUPPORTED, MACHINE_NOT_FOUND, MACHINE_STATE */
  protected async attachScopeOf(flags: AttachFlags): Promise<AttachScope> {
    const scope = await this.appScopeOf(flags);
    const { app, client, choose, context } = scope;
    const streams = await scope.sessions();
    const { chooseMachine } = await import("../operations/attach/choose-machine.ts");
    const canAsk = context.terminal.stdinIsTty && context.terminal.stderrIsTty && !this.jsonEnabled();
    const machine = await chooseMachine(
      { app, machine: flags.machine, region: flags.region, group: flags["process-group"], select: flags.select },
      {
        machines: client.machines,
        choose,
        mayStart: async ({ id, state }) =>
          flags.yes || (canAsk && (await this.confirm(context, `Machine ${id} is ${state}. Start it?`, flags))),
        onChosen: ({ id, region }) => {
          if (!this.jsonEnabled()) context.terminal.writeError(`No machine was named: using ${id} in ${region}\n`);
        },
      },
    );
    return { ...scope, machine, streams };
  }

  /** The words to run; a shell's where none are given. @throws USAGE */
  protected commandOf({ command: line }: CommandFlags): readonly string[] {
    if (line === undefined && this.jsonEnabled())
      throw new AppError("USAGE", "With --json there is no shell: say what to run", {
        suggestions: [`hangar ${this.id?.replaceAll(":", " ")} --json -C "COMMAND"`],
      });
    const command = line === undefined ? LOGIN_SHELL : wordsOf(line);
    if (command.length === 0) throw new AppError("USAGE", "There is no command to run");
    return command;
  }

  /** Runs it with our own input and output and ends with its status. */
  protected async runIn(
    machine: Machine,
    command: readonly string[],
    flags: CommandFlags,
    { app, streams, context }: Pick<AttachScope, "app" | "streams" | "context">,
  ): Promise<ConsoleResult> {
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

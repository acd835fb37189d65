// What the commands share that go into one machine: which one it is, and starting it.
import type { SessionsClient } from "../client/sessions-client.ts";
import type { Machine } from "../contract/machine.ts";
import { ApiCommand, type AppScope } from "./api-command.ts";
import type { AttachFlags } from "./flags/attach.ts";

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
}

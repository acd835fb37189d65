// What `machine run` and `machine create` share.
import type { Machine } from "../contract/machine.ts";
import { ApiCommand } from "./api-command.ts";
import { appFlags } from "./flags/app.ts";
import { configChangesOf, type MachineConfigFlags, machineConfigFlags } from "./flags/machine-config.ts";
import { regionFlag } from "./flags/region.ts";
import { waitFlags, waitMsOf } from "./flags/wait.ts";
import { Args, Flags } from "./oclif.ts";
import { renderMachine } from "./present/machine.ts";

export const launchArgs = () => ({
  image: Args.string({ description: "The image; a command may follow", required: true, ignoreStdin: true }),
});
export const launchFlags = () => ({
  ...appFlags(),
  name: Flags.string({ char: "n", summary: "Name of the machine", helpValue: "NAME" }),
  region: regionFlag({ char: "r", summary: "Region of the machine (default: where clients enter)" }),
  ...machineConfigFlags(),
  ...waitFlags(),
});

interface LaunchFlags extends MachineConfigFlags {
  readonly planet: string;
  readonly app?: string | undefined;
  readonly config?: string | undefined;
  readonly name?: string | undefined;
  readonly region?: string | undefined;
  readonly rm: boolean;
  readonly skipLaunch: boolean;
  readonly "wait-timeout": number;
  readonly detach: boolean;
}

/** Base of the commands that make machines. */
export abstract class MachineLaunchCommand extends ApiCommand {
  protected async launch([image = "", ...command]: readonly string[], flags: LaunchFlags): Promise<Machine> {
    const [{ changeConfig }, { launchMachine }] = await Promise.all([
      import("../operations/machine/change-config.ts"),
      import("../operations/machine/launch-machine.ts"),
    ]);
    const { context, app, client, width, newKey } = await this.appScopeOf(flags);
    const { readBytes } = await context.files();
    const changes = await configChangesOf(flags, readBytes);
    const config = changeConfig({ image }, { ...changes, command, ...(flags.rm ? { autoDestroy: true } : {}) });
    const body = {
      config,
      ...(flags.name === undefined ? {} : { name: flags.name }),
      ...(flags.region === undefined ? {} : { region: flags.region }),
      ...(flags.skipLaunch ? { skip_launch: true } : {}),
    };
    const machine = await this.withProgress(context, (progress) =>
      launchMachine({ app, body, waitMs: waitMsOf(flags) }, { machines: client.machines, progress, newKey }),
    );
    this.print(renderMachine({ ...machine, events: [] }, width));
    return machine;
  }
}

// What the commands share that copy files out of machines and into them.
import type { Copied, CopyDeps } from "../operations/attach/copy-options.ts";
import type { MachineFiles } from "../operations/attach/remote-path.ts";
import { AttachCommand } from "./attach-command.ts";
import type { AttachFlags } from "./flags/attach.ts";
import { Flags } from "./oclif.ts";

/** How to copy. */
export const copyFlags = () => ({
  recursive: Flags.boolean({ char: "R", summary: "A folder with all below it", default: false }),
  force: Flags.boolean({ summary: "Replace what is there without asking", default: false }),
});

interface CopyFlags extends AttachFlags {
  readonly force: boolean;
}

/** Base of the commands that copy. */
export abstract class SftpCommand extends AttachCommand {
  /** Copies with progress, asks before anything is replaced, and says what was left out. */
  protected async copy<Result extends Copied>(
    flags: CopyFlags,
    work: (files: MachineFiles, deps: CopyDeps) => Promise<Result>,
  ): Promise<Result> {
    const { app, machine, streams, context } = await this.attachScopeOf(flags);
    const { signal } = this;
    const mayReplace = (place: string): Promise<boolean> =>
      this.confirm(context, `${place} is there already. Replace it?`, { yes: flags.yes || flags.force });
    const result = await this.withProgress(context, (progress) =>
      work({ app, machine: machine.id, sessions: streams }, { progress, signal, mayReplace }),
    );
    for (const left of result.skipped) context.terminal.writeError(`Left out: ${left}\n`);
    this.print(`${result.from} is now ${result.to}`);
    return result;
  }
}

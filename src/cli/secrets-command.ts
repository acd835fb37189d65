// What the commands share that change secrets: saying what was staged, or giving it to the machines.
import type { SecretsChange } from "../operations/secrets/change-secrets.ts";
import { ApiCommand, type AppScope } from "./api-command.ts";
import { waitMsOf } from "./flags/wait.ts";
import { renderSecretsChange } from "./present/secrets.ts";

export interface SecretsResult extends SecretsChange {
  readonly staged: boolean;
  /** IDs of the machines that have it now. */
  readonly machines: readonly string[];
}

const MAX_STDIN_BYTES = 512 * 1024;

/** Base of the commands that change secrets. */
export abstract class SecretsCommand extends ApiCommand {
  protected async readStdin(): Promise<string> {
    const { readStdin } = await import("../platform/stdin.ts");
    return readStdin(MAX_STDIN_BYTES);
  }

  /** Deploys the change where that was asked for, and says what became of it. */
  protected async finish(
    { app, client, context }: AppScope,
    change: SecretsChange,
    flags: { readonly deploy: boolean; readonly "wait-timeout": number; readonly detach: boolean },
  ): Promise<SecretsResult> {
    if (!flags.deploy) {
      this.print(renderSecretsChange(change, undefined));
      return { ...change, staged: true, machines: [] };
    }
    const { deploySecrets } = await import("../operations/secrets/change-secrets.ts");
    const machines = await this.withProgress(context, (progress) =>
      deploySecrets(
        { app, version: change.version, force: change.removed.length > 0, waitMs: waitMsOf(flags) },
        { ...client, progress },
      ),
    );
    this.print(renderSecretsChange(change, machines));
    return { ...change, staged: false, machines };
  }
}

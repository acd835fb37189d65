import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf } from "../../cli/aliases.ts";
import { Flags } from "../../cli/oclif.ts";
import { waitFlags, waitMsOf } from "../../cli/flags/wait.ts";
import { renderDeployedSecrets } from "../../cli/present/secrets.ts";
import { deploySecrets } from "../../operations/secrets/change-secrets.ts";

interface DeployResult {
  readonly app: string;
  /** IDs of the machines that were replaced. */
  readonly machines: readonly string[];
}

export default class SecretsDeploy extends ApiCommand {
  static override summary = "Give the machines of an app the secrets that are staged";
  static override description =
    "Machines are replaced one after the other, with the image and configuration that they have.";
  static override examples = [
    { description: "Those that do not have them yet", command: "<%= config.bin %> secrets deploy" },
    { description: "All machines, as after secrets unset", command: "<%= config.bin %> secrets deploy --force" },
  ];
  static override aliases = aliasesOf(["secrets", "secret"], ["deploy", "sync"]);
  static override flags = {
    ...appFlags(),
    force: Flags.boolean({ summary: "Also machines that have them all", default: false }),
    ...waitFlags(),
  };

  async run(): Promise<DeployResult> {
    const { flags } = await this.parse(SecretsDeploy);
    const { app, client, context } = await this.appScopeOf(flags);
    const machines = await this.withProgress(context, (progress) =>
      deploySecrets({ app, force: flags.force, waitMs: waitMsOf(flags) }, { ...client, progress }),
    );
    this.print(`Secrets of app "${app}": ${renderDeployedSecrets(machines)}`);
    return { app, machines };
  }
}

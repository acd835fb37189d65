import { requireAppName } from "../../cli/app-context.ts";
import { BaseCommand } from "../../cli/base-command.ts";
import { appFlag } from "../../cli/flags/app.ts";
import { configFlags } from "../../cli/flags/config.ts";
import { Flags } from "../../cli/oclif.ts";
import { planetAccessDeps } from "../../cli/planet-context.ts";
import { renderGroupEnvs } from "../../cli/present/config.ts";
import { envOfApp, envOfFile, type GroupEnv } from "../../operations/config/config-env.ts";
import { requirePlanet } from "../../operations/planet/planet-access.ts";

export default class ConfigEnv extends BaseCommand {
  static override summary = "Show the variables that machines start with";
  static override description =
    "As the file says, which needs nothing but the file; with --live as the machines of the running app have them, which needs the planet. Secrets are not among them.";
  static override examples = [
    { description: "From the file", command: "<%= config.bin %> config env" },
    { description: "Of one process group", command: "<%= config.bin %> config env --group web" },
    { description: "Of the running app", command: "<%= config.bin %> config env --live --app my-app" },
  ];
  static override flags = {
    ...configFlags,
    app: appFlag(),
    group: Flags.string({ char: "g", summary: "Only this process group", helpValue: "GROUP" }),
    live: Flags.boolean({ summary: "Ask the running app instead of the file", default: false }),
  };

  async run(): Promise<readonly GroupEnv[]> {
    const { flags } = await this.parse(ConfigEnv);
    const context = this.contextFor(flags);
    const { group } = flags;
    let envs: readonly GroupEnv[];
    if (flags.live) {
      const app = await requireAppName(context, flags);
      const { api } = await requirePlanet(await planetAccessDeps(context));
      envs = await envOfApp(app, group, api.machines);
    } else {
      const input = { dir: context.cwd, configPath: flags.config, overlay: flags.env, group };
      envs = await envOfFile(input, { files: await context.files() });
    }
    this.print(renderGroupEnvs(envs, context.terminal.columns));
    return envs;
  }
}

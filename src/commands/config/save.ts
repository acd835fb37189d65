import path from "node:path";
import { requireAppName } from "../../cli/app-context.ts";
import { BaseCommand } from "../../cli/base-command.ts";
import { appFlag } from "../../cli/flags/app.ts";
import { configFlags } from "../../cli/flags/config.ts";
import { yesFlag } from "../../cli/flags/yes.ts";
import { planetAccessDeps } from "../../cli/planet-context.ts";
import { saveConfig, type SavedConfig } from "../../operations/config/save-config.ts";
import { requirePlanet } from "../../operations/planet/planet-access.ts";

export default class ConfigSave extends BaseCommand {
  static override summary = "Write down what the running app is";
  static override description =
    "Asks the machines of the app, which needs the planet, and changes the sections of fly.toml that say something else. Comments, order and formatting of the rest stay. Shows what would change and asks first.";
  static override examples = [
    { description: "After a question", command: "<%= config.bin %> config save" },
    { description: "Into a new file", command: "<%= config.bin %> config save --app my-app -c other/fly.toml --yes" },
    { description: "For scripts", command: "<%= config.bin %> config save --yes --json" },
  ];
  static override flags = { config: configFlags.config, app: appFlag(), yes: yesFlag() };

  async run(): Promise<SavedConfig> {
    const { flags } = await this.parse(ConfigSave);
    const context = this.contextFor(flags);
    const app = await requireAppName(context, flags);
    const { api } = await requirePlanet(await planetAccessDeps(context));
    const input = { app, dir: context.cwd, configPath: flags.config };
    const result = await saveConfig(input, {
      files: await context.files(),
      machines: api.machines,
      approve: async ({ diff, file }) => {
        this.print(diff);
        return this.confirm(context, `Write this to ${path.relative(context.cwd, file)}?`, flags);
      },
    });
    const name = path.relative(context.cwd, result.file);
    this.print(
      result.written
        ? `Wrote ${name}`
        : result.diff === ""
          ? `${name} says all this already`
          : `${name} stays as it is`,
    );
    return result;
  }
}

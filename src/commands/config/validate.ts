import { BaseCommand } from "../../cli/base-command.ts";
import { setExitStatus } from "../../cli/exit-status.ts";
import { configFlags } from "../../cli/flags/config.ts";
import { Flags } from "../../cli/oclif.ts";
import { renderValidation } from "../../cli/present/config.ts";
import { type ConfigValidation, validateConfig } from "../../operations/config/validate-config.ts";

export default class ConfigValidate extends BaseCommand {
  static override summary = "Find everything that is wrong with the configuration";
  static override description =
    "Reads fly.toml, fly.json or fly.yaml without an account, a network or Docker. Exits with 0 only where the file is valid; unknown keys are warnings, and errors with --strict.";
  static override examples = [
    { description: "The file of this folder", command: "<%= config.bin %> config validate" },
    { description: "Unknown keys are errors", command: "<%= config.bin %> config validate --strict" },
    { description: "For scripts", command: "<%= config.bin %> config validate -c deploy/fly.toml --json" },
  ];
  static override flags = {
    ...configFlags,
    strict: Flags.boolean({ summary: "Take unknown keys for errors", default: false }),
  };

  async run(): Promise<ConfigValidation> {
    const { flags } = await this.parse(ConfigValidate);
    const context = this.contextFor(flags);
    const result = await validateConfig(
      { dir: context.cwd, configPath: flags.config, overlay: flags.env, strict: flags.strict },
      { files: await context.files() },
    );
    this.print(renderValidation(result));
    if (!result.valid) setExitStatus(1);
    return result;
  }
}

import { BaseCommand } from "../../cli/base-command.ts";
import { configFlags } from "../../cli/flags/config.ts";
import { Args } from "../../cli/oclif.ts";
import { renderExplanations } from "../../cli/present/config.ts";
import { AppError } from "../../errors/app-error.ts";
import type { KeyExplanation } from "../../operations/config/explain-key.ts";
import type { ReadConfig } from "../../operations/config/read-config.ts";

export default class ConfigExplain extends BaseCommand {
  static override summary = "Explain a key of the configuration";
  static override description =
    "What the key does, what holds without it, where the file of this folder sets it, and what it becomes. Works without a file too.";
  static override examples = [
    { description: "One key", command: "<%= config.bin %> config explain http_service.auto_stop_machines" },
    { description: "Every key of that name", command: "<%= config.bin %> config explain internal_port" },
    { description: "For scripts", command: "<%= config.bin %> config explain kill_timeout --json" },
  ];
  static override args = { key: Args.string({ description: "Name of the key", required: true }) };
  static override flags = { ...configFlags };

  async run(): Promise<readonly KeyExplanation[]> {
    const { args, flags } = await this.parse(ConfigExplain);
    const context = this.contextFor(flags);
    const [{ readConfig }, { explainKey }, files] = await Promise.all([
      import("../../operations/config/read-config.ts"),
      import("../../operations/config/explain-key.ts"),
      context.files(),
    ]);
    let read: ReadConfig | undefined;
    try {
      read = await readConfig({ dir: context.cwd, configPath: flags.config, overlay: flags.env }, { files });
    } catch (error) {
      const isAbsent = error instanceof AppError && error.code === "CONFIG_NOT_FOUND";
      if (!isAbsent || flags.config !== undefined || flags.env !== undefined) throw error;
    }
    const explanations = explainKey(args.key, read);
    this.print(renderExplanations(explanations));
    return explanations;
  }
}

import { BaseCommand } from "../../cli/base-command.ts";
import { configFlags } from "../../cli/flags/config.ts";
import { Flags } from "../../cli/oclif.ts";
import { renderShownValues } from "../../cli/present/config.ts";
import type { MachineConfig } from "../../contract/machine.ts";
import { showConfig, showMachines, type ShownValue } from "../../operations/config/show-config.ts";

export default class ConfigShow extends BaseCommand {
  static override summary = "Show the configuration, and where each value comes from";
  static override description =
    "With --as machine, what the machines of each process group are made from, exactly as a deploy sends it. Works without an account, a network or Docker.";
  static override examples = [
    { description: "Every value with its place", command: "<%= config.bin %> config show" },
    { description: "With fly.staging.toml laid over it", command: "<%= config.bin %> config show --env staging" },
    {
      description: "What machines of a group get",
      command: "<%= config.bin %> config show --group web --as machine",
    },
  ];
  static override flags = {
    ...configFlags,
    group: Flags.string({ char: "g", summary: "Process group; shows its machines", helpValue: "GROUP" }),
    as: Flags.string({ summary: "The file, or the machines made from it", options: ["file", "machine"] }),
  };

  async run(): Promise<readonly ShownValue[] | Record<string, MachineConfig>> {
    const { flags } = await this.parse(ConfigShow);
    const context = this.contextFor(flags);
    const input = { dir: context.cwd, configPath: flags.config, overlay: flags.env, group: flags.group };
    const deps = { files: await context.files() };
    if (flags.as === "machine" || (flags.as === undefined && flags.group !== undefined)) {
      const machines = await showMachines(input, deps);
      this.print(JSON.stringify(machines, null, 2));
      return machines;
    }
    const values = await showConfig(input, deps);
    this.print(renderShownValues(values, context.terminal.columns));
    return values;
  }
}

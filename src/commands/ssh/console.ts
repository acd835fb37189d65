import { AttachCommand, type ConsoleResult } from "../../cli/attach-command.ts";
import { attachFlags, commandFlags } from "../../cli/flags/attach.ts";

export default class SshConsole extends AttachCommand {
  static override summary = "Open a shell in a machine, or run a command there";
  static override description = [
    "Ends with the command's own status. Without --machine, a machine that runs is taken. Standard input goes to the command;",
    "on a terminal, the shell has one too. The words of --command are split as a shell does, but no shell runs them.",
  ].join(" ");
  static override examples = [
    { description: "A shell in a machine of this folder's app", command: "<%= config.bin %> ssh console" },
    { description: "In Tokyo", command: "<%= config.bin %> ssh console --app my-app --region nrt" },
    { description: "A command", command: '<%= config.bin %> ssh console -C "ls /data"' },
    { description: "With input", command: "echo hello | <%= config.bin %> ssh console -C cat" },
    { description: "For scripts", command: '<%= config.bin %> ssh console --json -C "env" </dev/null' },
  ];
  static override flags = {
    ...attachFlags(),
    ...commandFlags(),
  };

  async run(): Promise<ConsoleResult> {
    const { flags } = await this.parse(SshConsole);
    const command = this.commandOf(flags);
    const scope = await this.attachScopeOf(flags);
    return this.runIn(scope.machine, command, flags, scope);
  }
}

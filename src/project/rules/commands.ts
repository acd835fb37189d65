import { splitShellWords } from "../shell-words.ts";
import type { RuleInput } from "./rule.ts";

/** Commands have to be complete words of a shell. */
export function checkCommands({ config, report }: RuleInput): void {
  const commands: [path: readonly string[], command: string | undefined, name: string][] = [
    ...Object.entries(config.processes).map(([group, command]): [string[], string, string] => [
      ["processes", group],
      command,
      `the command of process group "${group.slice(0, 60)}"`,
    ]),
    [["deploy", "release_command"], config.deploy.releaseCommand, "release_command"],
    [["deploy", "seed_command"], config.deploy.seedCommand, "seed_command"],
    [["console_command"], config.consoleCommand, "console_command"],
  ];
  for (const [path, command, name] of commands) {
    if (command === undefined || splitShellWords(command) !== undefined) continue;
    const message = `${name} has an unclosed quote`;
    report({
      severity: "error",
      code: "CONFIG_INVALID",
      path,
      message,
      suggestion: "close the quote, or write \\\\ for a backslash",
    });
  }
}

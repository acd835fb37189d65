// docs/commands.md from the manifest.
import type { Manifest } from "./manifest.ts";

type Cached = Manifest["commands"][string];

/** The page: every command that is not hidden, with its arguments, flags and examples. */
export function renderCommandsPage(manifest: Manifest): string {
  const commands = Object.values(manifest.commands).filter((command) => command.hidden !== true);
  const list = commands.map(
    (command) =>
      `| [\`hangar ${nameOf(command)}\`](#hangar-${command.id.replaceAll(":", "-")}) | ${command.summary ?? ""} |`,
  );
  const index = ["| Command | |", "| --- | --- |", ...list].join("\n");
  return `${INTRODUCTION}\n${index}\n\n${commands.map(renderCommand).join("\n\n")}\n`;
}

function renderCommand(command: Cached): string {
  const own = Object.values(command.flags).filter((flag) => flag.hidden !== true && flag.helpGroup !== "GLOBAL");
  const parts = [
    `## hangar ${nameOf(command)}`,
    [command.summary, command.description].filter(Boolean).join(". "),
    ["```", usageOf(command), "```"].join("\n"),
    Object.values(command.args)
      .filter((arg) => arg.hidden !== true)
      .map((arg) => `- \`${arg.name.toUpperCase()}\`: ${arg.description ?? ""}`)
      .join("\n"),
    own.map((flag) => `- ${flagName(flag)}: ${flag.summary ?? flag.description ?? ""}${defaultOf(flag)}`).join("\n"),
    examplesOf(command),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

type Flag = Cached["flags"][string];

function flagName(flag: Flag): string {
  const value = flag.type === "option" ? ` ${[flag.helpValue ?? "VALUE"].flat().join(" ")}` : "";
  return [...(flag.char === undefined ? [] : [`\`-${flag.char}\``]), `\`--${flag.name}${value}\``].join(", ");
}

function defaultOf(flag: Flag): string {
  const value = flag.type === "option" ? flag.default : undefined;
  return typeof value === "string" || typeof value === "number" ? ` (default \`${value}\`)` : "";
}

function usageOf(command: Cached): string {
  const args = Object.values(command.args).filter((arg) => arg.hidden !== true);
  const words = args.map((arg) => (arg.required === true ? arg.name.toUpperCase() : `[${arg.name.toUpperCase()}]`));
  return ["hangar", nameOf(command), ...words, "[FLAGS]"].join(" ");
}

function examplesOf(command: Cached): string {
  const examples = typeof command.examples === "string" ? [command.examples] : (command.examples ?? []);
  const lines = examples.flatMap((example) =>
    typeof example === "string" ? [example] : [`# ${example.description}`, example.command],
  );
  return lines.length === 0
    ? ""
    : ["```sh", ...lines.map((line) => line.replaceAll("<%= config.bin %>", "hangar")), "```"].join("\n");
}

function nameOf(command: Cached): string {
  return command.id.replaceAll(":", " ");
}

const INTRODUCTION = `# Commands

<!-- Generated from src/commands by \`npm run fix\`. -->

Every command knows \`--help\`, \`--json\` (the result, or the error, as JSON on stdout) and \`--planet NAME\` (default
\`default\`, or \`HANGAR_PLANET\`).
`;

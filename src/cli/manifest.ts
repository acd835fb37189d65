// The generated list of commands (oclif.manifest.json): finding the command that words mean, without loading any.

/** What dispatch and suggestions need of a command. */
export interface ManifestCommand {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly hidden?: boolean;
  readonly summary?: string;
  readonly flags: Readonly<
    Record<
      string,
      { readonly name: string; readonly char?: string; readonly allowNo?: boolean; readonly hidden?: boolean }
    >
  >;
  /** Where its class is, from the package's root. */
  readonly relativePath: readonly string[];
}

export interface Manifest {
  readonly commands: Readonly<Record<string, ManifestCommand>>;
}

export interface ResolvedCommand {
  readonly command: ManifestCommand;
  /** What is left for the command to parse. */
  readonly argv: string[];
}

/** The command that the first words name, with as many words as possible: `apps list x` is `apps:list` with `x`. */
export function resolveCommand(argv: readonly string[], manifest: Manifest): ResolvedCommand | undefined {
  const flagAt = argv.findIndex((word) => word.startsWith("-"));
  const words = flagAt === -1 ? argv : argv.slice(0, flagAt);
  for (let count = words.length; count > 0; count -= 1) {
    const id = words.slice(0, count).join(":");
    const command = commandOf(id, manifest);
    if (command !== undefined) return { command, argv: argv.slice(count) };
  }
  return undefined;
}

function commandOf(id: string, { commands }: Manifest): ManifestCommand | undefined {
  if (Object.hasOwn(commands, id)) return commands[id];
  return Object.values(commands).find((command) => command.aliases.includes(id));
}

/** Whether one of the words before `--` is the flag. */
export function hasFlag(argv: readonly string[], ...flags: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return (end === -1 ? argv : argv.slice(0, end)).some((word) => flags.includes(word));
}

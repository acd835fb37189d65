/**
 * Other words for a command, as oclif has them: every spelling of the topic with every spelling of the verb.
 * @example aliasesOf(["machine", "m"], ["list", "ls"]) // machine:ls, m:list, m:ls
 */
export function aliasesOf(topics: readonly string[], verbs: readonly string[]): string[] {
  return topics.flatMap((topic) => verbs.map((verb) => `${topic}:${verb}`)).slice(1);
}

export const MACHINE = ["machine", "machines", "m"] as const;
export const VOLUMES = ["volumes", "volume", "vol"] as const;

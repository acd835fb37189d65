/**
 * The first TCP port that a Dockerfile exposes: of its last stage, which becomes the image, else of any. Variables are
 * resolved where an ARG or ENV of the file gives them a value; undefined where no port can be read.
 */
export function parseExposedPort(dockerfile: string): number | undefined {
  const variables = new Map<string, string>();
  let inStage: number | undefined;
  let inFile: number | undefined;
  for (const line of dockerfile.replaceAll(/\\\r?\n/gu, " ").split(/\r?\n/u)) {
    const [instruction = "", ...words] = line.trim().split(/\s+/u);
    if (/^from$/iu.test(instruction)) inStage = undefined;
    if (/^(arg|env)$/iu.test(instruction)) {
      const [name, value] = words.length === 2 && !words[0]?.includes("=") ? words : (words[0]?.split("=") ?? []);
      if (name !== undefined && value !== undefined) variables.set(name, value.replaceAll(/["']/gu, ""));
    }
    if (!/^expose$/iu.test(instruction)) continue;
    const port = words.map((word) => portOf(word, variables)).find((candidate) => candidate !== undefined);
    inStage ??= port;
    inFile ??= port;
  }
  return inStage ?? inFile;
}

function portOf(word: string, variables: ReadonlyMap<string, string>): number | undefined {
  const resolved = word.replaceAll(
    /\$\{?(\w+)(?::-([^}]*))?\}?/gu,
    (_, name: string, fallback?: string) => variables.get(name) ?? fallback ?? "",
  );
  const match = /^(\d+)(?:\/tcp)?$/iu.exec(resolved);
  const port = Number(match?.[1] ?? 0);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

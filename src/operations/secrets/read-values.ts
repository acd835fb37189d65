// Values of secrets as people give them: as arguments, from stdin, or as a .env file. Values stand in no message.
import { AppError } from "../../errors/app-error.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `NAME=VALUE` words; `NAME=-` and a bare `NAME` take the value from stdin. @throws USAGE */
export async function readAssignments(
  words: readonly string[],
  readStdin: () => Promise<string>,
): Promise<Record<string, string>> {
  if (words.length === 0) {
    throw new AppError("USAGE", "No secret is named", {
      suggestions: ["hangar secrets set NAME=- (its value from stdin)", "hangar secrets import < .env"],
    });
  }
  const values: Record<string, string> = {};
  let fromStdin: string | undefined;
  for (const word of words) {
    const at = word.indexOf("=");
    const name = requireName(at === -1 ? word : word.slice(0, at));
    const value = at === -1 ? "-" : word.slice(at + 1);
    if (value !== "-") values[name] = value;
    else if (fromStdin !== undefined)
      throw new AppError("USAGE", `Only one value can come from stdin, not those of ${fromStdin} and ${name}`);
    else {
      fromStdin = name;
      // A pipe's last line end belongs to the pipe: echo adds one.
      values[name] = (await readStdin()).replace(/\r?\n$/, "");
    }
  }
  return values;
}

/**
 * The values of a .env file.
 * @throws USAGE for names that cannot be variables, and for a text without any
 */
export async function readEnvText(text: string): Promise<Record<string, string>> {
  const { parse } = await import("dotenv");
  const values: Record<string, string> = parse(text);
  const names = Object.keys(values);
  names.forEach(requireName);
  if (names.length === 0) {
    throw new AppError("USAGE", "The .env text has no NAME=VALUE line", {
      suggestions: ["hangar secrets import < .env", "hangar secrets import --file .env.production"],
    });
  }
  return values;
}

/** Names of secrets, each once. @throws USAGE */
export function readNames(words: readonly string[]): string[] {
  if (words.length === 0)
    throw new AppError("USAGE", "No secret is named", { suggestions: ["hangar secrets unset NAME"] });
  return [...new Set(words.map(requireName))];
}

function requireName(name: string): string {
  if (NAME.test(name)) return name;
  // What looks like a name may be a value in the wrong place: only its beginning is shown.
  const shown = name.length > 20 ? `${name.slice(0, 8)}…` : name;
  throw new AppError("USAGE", `"${shown}" cannot be the name of a secret: letters, digits and underscores`, {
    suggestions: ["NAME=VALUE"],
  });
}

// The version of a package of this tree.
import { readFile } from "node:fs/promises";
import path from "node:path";

export async function packageVersion(name: string): Promise<string> {
  const file = path.join(import.meta.dirname, "../../node_modules", name, "package.json");
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}

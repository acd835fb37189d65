import type { IpsApi } from "../../client/machines/addresses-api.ts";
import { AppError } from "../../errors/app-error.ts";
import { closestWords } from "../../errors/did-you-mean.ts";

/** The addresses as the app has them, each once. @throws IP_NOT_FOUND before anything is done */
export async function findIps(words: readonly string[], app: string, ips: Pick<IpsApi, "list">): Promise<string[]> {
  const there = (await ips.list(app)).map(({ ip }) => ip);
  for (const word of words) {
    if (there.includes(word)) continue;
    throw new AppError("IP_NOT_FOUND", `App "${app}" does not have the address ${word}`, {
      suggestions: [...closestWords(word, there).map((near) => `use ${near}`), `hangar ips list --app ${app}`],
    });
  }
  return [...new Set(words)];
}

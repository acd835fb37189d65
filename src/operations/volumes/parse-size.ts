import type { Volume } from "../../contract/volumes.ts";
import { AppError } from "../../errors/app-error.ts";

/** The new size of a volume in gigabytes, from `10` or `+5`. @throws USAGE, also for what would make it smaller */
export function parseSize(word: string, { id, size_gb: now }: Pick<Volume, "id" | "size_gb">): number {
  const match = /^(\+?)(\d{1,4})$/.exec(word.trim().replace(/gb?$/i, ""));
  if (match === null)
    throw new AppError("USAGE", `--size "${word}" is no number of gigabytes`, { suggestions: [`--size ${now + 1}`] });
  const size = Number(match[2]) + (match[1] === "+" ? now : 0);
  if (size <= now) {
    throw new AppError("USAGE", `Volume ${id} has ${now} GB already, and volumes never get smaller`, {
      suggestions: [`--size ${now + 1}`],
    });
  }
  return size;
}

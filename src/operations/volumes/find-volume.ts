import type { VolumesApi } from "../../client/machines/volumes-api.ts";
import type { Volume } from "../../contract/volumes.ts";
import { AppError } from "../../errors/app-error.ts";
import { closestWords } from "../../errors/did-you-mean.ts";
import type { Choose } from "../machine/select-machines.ts";

/**
 * The volume with the ID, the only one of the name, the only one, or the one that is chosen.
 * @throws VOLUME_NOT_FOUND with what was probably meant; USAGE where several could be meant and nobody can be asked
 */
export async function findVolume(
  { app, word }: { readonly app: string; readonly word: string | undefined },
  deps: { readonly volumes: Pick<VolumesApi, "list">; readonly choose: Choose | undefined },
): Promise<Volume> {
  const all = await deps.volumes.list(app);
  const exact = all.find(({ id }) => id === word);
  if (exact !== undefined) return exact;
  const meant = word === undefined ? all : all.filter(({ name }) => name === word);
  const [first, ...others] = meant;
  if (first === undefined) {
    const near = closestWords(word ?? "", [...new Set(all.flatMap(({ id, name }) => [id, name]))]);
    const message = word === undefined ? `App "${app}" has no volumes` : `App "${app}" has no volume "${word}"`;
    throw new AppError("VOLUME_NOT_FOUND", message, {
      suggestions: [...near.map((other) => `use ${other}`), `hangar volumes list --app ${app}`],
    });
  }
  if (others.length === 0) return first;
  if (deps.choose === undefined) {
    throw new AppError("USAGE", `${meant.length} volumes could be meant: name one by its ID`, {
      suggestions: meant.slice(0, 3).map(({ id, name, region }) => `pass ${id} (${name} in ${region})`),
      details: { volumes: meant.map(({ id }) => id) },
    });
  }
  const at = await deps.choose(
    "Which volume?",
    meant.map(({ id, name, region, size_gb }) => `${id} ${name} in ${region}, ${size_gb} GB`),
  );
  return meant[at] ?? first;
}

// What commands that scale say about the counts that fly.toml declares.
import { compareDeclared } from "../operations/scale/compare-declared.ts";
import type { ScaleRow } from "../operations/scale/show-scale.ts";
import type { Context } from "./context.ts";

/** Notes for the app, where the configuration of this folder is the app's; none where there is no usable one. */
export async function declaredNotes(context: Context, app: string, rows: readonly ScaleRow[]): Promise<string[]> {
  const [{ loadAppConfig }, files] = await Promise.all([
    import("../operations/config/load-app-config.ts"),
    context.files(),
  ]);
  const loaded = await loadAppConfig({ dir: context.cwd }, { files }).catch(() => undefined);
  return loaded?.config.app === app ? compareDeclared(loaded.config, rows) : [];
}

// What `launch` works with. Light on purpose: no engine, no network, no schemas; the deploy is loaded when it begins.
import { isRegionCode, suggestRegion } from "../emulator/index.ts";
import type { LaunchDeps } from "../operations/launch/launch.ts";
import { createSourceTree, SCAN_LIMITS, SKIPPED_FOLDERS, wantsText } from "../operations/launch/scan/source-tree.ts";
import type { Context } from "./context.ts";
import { createTemplates } from "./templates.ts";

/** The real adapters of a launch. */
export async function createLaunchDeps<Deployed>(
  context: Context,
  { choose, approve, deployAfterLaunch }: Pick<LaunchDeps<Deployed>, "choose" | "approve" | "deployAfterLaunch">,
): Promise<LaunchDeps<Deployed>> {
  const [files, templates, { writeAll }] = await Promise.all([
    context.files(),
    createTemplates(),
    import("../platform/write-all.ts"),
  ]);
  return {
    files,
    writeAll,
    templates,
    readTree: async (dir) => {
      const { readProjectTree } = await import("../platform/project-tree.ts");
      const limits = { ...SCAN_LIMITS, skipFolders: SKIPPED_FOLDERS, wantsText };
      const { paths, texts } = await readProjectTree(dir, limits);
      return createSourceTree(paths, texts);
    },
    regions: { has: isRegionCode, suggest: suggestRegion },
    choose,
    approve,
    deployAfterLaunch,
  };
}

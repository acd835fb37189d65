// What `launch` works with. Light on purpose: no engine, no network, no schemas; the deploy is loaded when it begins.
import { isRegionCode, suggestRegion } from "../emulator/index.ts";
import type { LaunchDeps, LaunchedApp } from "../operations/launch/launch.ts";
import type { LaunchPlan } from "../operations/launch/launch-plan.ts";
import type { Context } from "./context.ts";
import { createTemplates } from "./templates.ts";

/** The real adapters of a launch. */
export async function createLaunchDeps<Deployed>(
  context: Context,
  approve: (plan: LaunchPlan) => Promise<boolean>,
  deployAfterLaunch: (launched: LaunchedApp) => Promise<Deployed>,
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
    regions: { has: isRegionCode, suggest: suggestRegion },
    approve,
    deployAfterLaunch,
  };
}

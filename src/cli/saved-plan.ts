import path from "node:path";
import { AppError } from "../errors/app-error.ts";
import type { DeployPlan } from "../operations/deploy/plan/plan-types.ts";
import { readPlan } from "../operations/deploy/plan/read-plan.ts";
import type { Context } from "./context.ts";

/** The plan of a file, for `deploy --plan`. @throws PLAN_INVALID, FILE_ACCESS */
export async function readSavedPlan(context: Context, file: string): Promise<DeployPlan> {
  const text = await (await context.files()).readTextIfExists(path.resolve(context.cwd, file));
  if (text !== undefined) return readPlan(text, file);
  throw new AppError("PLAN_INVALID", `There is no file ${file}`, {
    suggestions: [`hangar deploy --dry-run --json > ${file}`],
  });
}

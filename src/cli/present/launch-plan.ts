// A launch's plan as text: what, value, and where the value comes from; then what happens to the files.
import type { LaunchResult } from "../../operations/launch/launch.ts";
import { type LaunchPlan, type PlanRow, planRows } from "../../operations/launch/launch-plan.ts";
import type { Candidate } from "../../operations/launch/scan/detection.ts";
import type { TargetName } from "../../operations/target/target.ts";
import { renderTable } from "../output/table.ts";

/** The plan as a table, cut to the width of the terminal. */
export function renderLaunchPlan(plan: LaunchPlan, width: number | undefined): string {
  const columns = [
    { header: "WHAT", value: (row: PlanRow) => row.what },
    { header: "VALUE", value: (row: PlanRow) => row.value },
    { header: "SOURCE", value: (row: PlanRow) => row.source },
  ];
  return renderTable(columns, planRows(plan), { width });
}

/** The programs of a repository, numbered, to choose from. */
export function renderCandidates(candidates: readonly Candidate[]): string {
  const list = candidates.map(({ path, framework }, index) => `  ${index + 1}. ${path} (${framework})`);
  return `The folder holds several programs:\n${list.join("\n")}`;
}

/** What to ask before a plan is carried out; undefined where it does nothing. @param target of the deploy, if there is one */
export function renderLaunchQuestion(plan: LaunchPlan, target: TargetName | undefined): string | undefined {
  const count = (action: string): number => plan.files.filter((file) => file.action === action).length;
  const acts = [
    ...(count("created") > 0 ? [`write ${plural(count("created"))}`] : []),
    ...(count("changed") > 0 ? [`replace ${plural(count("changed"))}`] : []),
    ...(target === undefined ? [] : [target === "fly" ? "deploy to Fly.io" : "deploy"]),
  ];
  const sentence = acts.join(", ").replace(/, ([^,]*)$/u, " and $1");
  return acts.length === 0 ? undefined : `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}?`;
}

/** What was done, and what to do next. */
export function renderLaunched(result: LaunchResult<unknown>): string {
  const written = result.files.filter((file) => file.action !== "kept").map((file) => file.path);
  const done =
    written.length === 0 ? `${result.app} is ready, no file had to be written` : `Wrote ${written.join(", ")}`;
  return "deployed" in result ? done : `${done}\nNext: hangar deploy`;
}

function plural(files: number): string {
  return files === 1 ? "1 file" : `${files} files`;
}

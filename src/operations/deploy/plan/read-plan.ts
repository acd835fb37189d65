// Reads a plan that was kept in a file.
import { MachineConfigSchema } from "../../../contract/machine.ts";
import { AppError } from "../../../errors/app-error.ts";
import { type DeployPlan, STRATEGIES } from "./plan-types.ts";

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const OPS = new Set(["create-volume", "create", "update", "replace", "destroy", "keep"]);

function stepProblem(step: unknown): string | undefined {
  if (!isFields(step) || !OPS.has(String(step["op"]))) return "a step is none";
  const { op, group, region, machine, key, config } = step;
  if (typeof group !== "string" || typeof region !== "string") return `a step "${String(op)}" names no group or region`;
  if (["update", "replace", "destroy", "keep"].includes(String(op)) && typeof machine !== "string")
    return `a step "${String(op)}" names no machine`;
  if (["create", "create-volume"].includes(String(op)) && typeof key !== "string")
    return `a step "${String(op)}" has no key`;
  if (["create", "update", "replace"].includes(String(op)) && !MachineConfigSchema.safeParse(config).success)
    return `a step "${String(op)}" has no configuration that could be used`;
  return undefined;
}

function problemOf(plan: unknown): string | undefined {
  if (!isFields(plan)) return "it has no plan";
  if (plan["format"] !== 1) return "its format is not 1";
  if (typeof plan["app"] !== "string" || typeof plan["image"] !== "string") return "it names no app or image";
  if (!STRATEGIES.some((strategy) => strategy === plan["strategy"])) return "it names no strategy";
  if (typeof plan["maxUnavailable"] !== "number" || typeof plan["waitTimeoutMs"] !== "number")
    return "it has no limits";
  const { world, steps, questions, groups } = plan;
  if (
    !isFields(world) ||
    !isFields(world["machines"]) ||
    !isFields(world["volumes"]) ||
    typeof world["release"] !== "number"
  )
    return "it does not say what it was made for";
  if (!Array.isArray(steps) || !Array.isArray(questions) || !Array.isArray(groups)) return "it has no steps";
  return steps.map(stepProblem).find((problem) => problem !== undefined);
}

/**
 * The plan of a text: what `deploy --dry-run --json` printed, or the plan of it alone.
 * @throws PLAN_INVALID
 */
export function readPlan(text: string, file: string): DeployPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError("PLAN_INVALID", `${file} is no plan: it is not JSON`, {
      cause,
      suggestions: [`hangar deploy --dry-run --json > ${file}`],
    });
  }
  const plan = isFields(value) && value["plan"] !== undefined ? value["plan"] : value;
  const problem = problemOf(plan);
  if (problem === undefined) return plan as DeployPlan;
  throw new AppError("PLAN_INVALID", `${file} is no plan: ${problem}`, {
    suggestions: [`hangar deploy --dry-run --json > ${file}`],
  });
}

// Plans and the end of a deploy as text for people.
import type { DeployedMachine, DeployResult } from "../../operations/deploy/deploy.ts";
import type { Changed } from "../../operations/deploy/change-app.ts";
import type { CostEstimate } from "../../operations/deploy/plan/cost.ts";
import type { DeployPlan, Question, Step } from "../../operations/deploy/plan/plan-types.ts";
import { renderTable } from "../output/table.ts";
import { renderDoor } from "./status.ts";

const VERBS: Readonly<Record<Step["op"], string>> = {
  "create-volume": "create volume",
  create: "create",
  update: "update",
  replace: "replace",
  destroy: "destroy",
  keep: "keep",
};

function thing(step: Step): string {
  if (step.op === "create-volume") return `${step.name} (${step.sizeGb} GB)`;
  if (step.op !== "create") return step.machine;
  return step.standbyFor === undefined ? "new machine" : "standby";
}

/** What a plan would do, step by step, each with its reason. */
export function renderPlan(plan: DeployPlan, cost: CostEstimate | undefined, width: number | undefined): string {
  const counts = new Map<string, number>();
  for (const { op } of plan.steps) counts.set(VERBS[op], (counts.get(VERBS[op]) ?? 0) + 1);
  const table = renderTable(
    [
      { header: "STEP", value: (step: Step) => VERBS[step.op] },
      { header: "WHAT", value: thing },
      { header: "GROUP", value: (step: Step) => step.group },
      { header: "REGION", value: (step: Step) => step.region },
      { header: "BECAUSE", value: (step: Step) => step.reason },
    ],
    plan.steps,
    { width },
  ).trimEnd();
  const { releaseCommand, seedCommand, groups } = plan;
  const release = [releaseCommand, seedCommand].flatMap((one) =>
    one === undefined ? [] : [`First, once: ${one.command}`],
  );
  const tests = groups.flatMap(({ name, tests: own = [] }) =>
    own.map(({ init }) => `Each changed "${name}" machine is tried out by: ${(init?.cmd ?? []).join(" ")}`),
  );
  const usd = (value: number): string => `$${value.toFixed(2)}`;
  return [
    `Deploying ${plan.image} to ${plan.app} (${plan.strategy}) would ${[...counts].map(([verb, count]) => `${verb} ${count}`).join(", ") || "change nothing"}`,
    ...release,
    ...tests,
    "",
    table,
    ...(plan.questions.length === 0 ? [] : ["", renderQuestions(plan.questions)]),
    ...(cost === undefined
      ? []
      : [
          "",
          `On Fly.io that is about ${usd(cost.afterUsd)} a month, after ${usd(cost.beforeUsd)} (an estimate, when all run all the time)`,
        ]),
  ].join("\n");
}

/** What a deploy does only when somebody agrees. */
export function renderQuestions(questions: readonly Question[]): string {
  return ["To be agreed to:", ...questions.map(({ text }) => `  * ${text}`)].join("\n");
}

/** The machines of a change; or the plan, where nothing was done. */
export function renderChanged(
  { app, plan, cost, machines, release }: Changed,
  place: string,
  width: number | undefined,
): string {
  if (plan !== undefined) return renderPlan(plan, cost, width);
  return `${renderMachines(machines, width)}\n\n${release === undefined ? `Nothing of ${app} had to change ${place}` : `${app} is at v${release} ${place}`}`;
}

function renderMachines(machines: readonly DeployedMachine[], width: number | undefined): string {
  return renderTable(
    [
      { header: "MACHINE", value: (machine: DeployedMachine) => machine.id },
      { header: "GROUP", value: (machine: DeployedMachine) => machine.group },
      { header: "REGION", value: (machine: DeployedMachine) => machine.region },
      { header: "STATE", value: (machine: DeployedMachine) => machine.state },
      { header: "RESULT", value: (machine: DeployedMachine) => machine.action },
    ],
    machines,
    { width },
  ).trimEnd();
}

/** The machines of a deploy and where the app answers; or the plan, where nothing was done. */
export function renderDeployed(result: DeployResult, place: string, width: number | undefined): string {
  const { app, machines, urls, plan, cost, image, release } = result;
  if (plan !== undefined) return renderPlan(plan, cost, width);
  if (result.buildOnly === true) return `Built ${image}`;
  const version = release === undefined ? "" : `${app} is at v${release} ${place}\n`;
  const { doors = [] } = result;
  const places = [...urls, ...doors.filter(({ hostPort }) => hostPort !== undefined).map(renderDoor)];
  const where =
    places.length === 0 ? `${app} runs` : `${app} answers at\n${places.map((one) => `  ${one}`).join("\n")}`;
  const unreached = doors.filter(({ hostPort }) => hostPort === undefined).map((door) => `\n${renderDoor(door)}`);
  return `${renderMachines(machines, width)}\n\n${version}${where}${unreached.join("")}`;
}

interface FleetRow {
  readonly id: string;
  readonly group: string;
  readonly region: string;
  readonly state: string;
  readonly image: string;
  readonly outcome: string;
}

/** What became of each machine of a deploy that failed; undefined where the error says nothing of it. */
export function renderFailedFleet(
  details: Readonly<Record<string, unknown>> | undefined,
  width: number | undefined,
): string | undefined {
  const fleet = details?.["fleet"];
  if (!Array.isArray(fleet) || fleet.length === 0) return undefined;
  return renderTable(
    [
      { header: "MACHINE", value: (row: FleetRow) => row.id },
      { header: "GROUP", value: (row: FleetRow) => row.group },
      { header: "REGION", value: (row: FleetRow) => row.region },
      { header: "STATE", value: (row: FleetRow) => row.state },
      { header: "IMAGE", value: (row: FleetRow) => row.image },
      { header: "RESULT", value: (row: FleetRow) => row.outcome },
    ],
    fleet as FleetRow[],
    { width },
  ).trimEnd();
}

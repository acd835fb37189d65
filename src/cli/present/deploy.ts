// The end of a deploy as text for people.
import type { DeployedMachine, DeployResult } from "../../operations/deploy/deploy.ts";
import { renderTable } from "../output/table.ts";

/** The machines of a deploy and where the app answers. */
export function renderDeployed({ app, machines, urls }: DeployResult, width: number | undefined): string {
  const table = renderTable(
    [
      { header: "MACHINE", value: (machine: DeployedMachine) => machine.id },
      { header: "GROUP", value: (machine: DeployedMachine) => machine.group },
      { header: "REGION", value: (machine: DeployedMachine) => machine.region },
      { header: "STATE", value: (machine: DeployedMachine) => machine.state },
      { header: "RESULT", value: (machine: DeployedMachine) => machine.action },
    ],
    machines,
    { width },
  );
  const where = urls.length === 0 ? `${app} runs` : `${app} answers at\n${urls.map((url) => `  ${url}`).join("\n")}`;
  return `${table.trimEnd()}\n\n${where}`;
}

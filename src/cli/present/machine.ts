// Machines as text for people.
import type { Machine } from "../../contract/machine.ts";
import type { ActOutcome } from "../../operations/machine/act-on-machines.ts";
import type { Difference } from "../../operations/machine/diff-config.ts";
import type { LeaseRow } from "../../operations/machine/list-leases.ts";
import { renderFields, renderTime } from "../output/fields.ts";
import { renderTable, type TableOptions } from "../output/table.ts";

/** The machines of an app as a table. */
export function renderMachineList(app: string, machines: readonly Machine[], options: TableOptions): string {
  if (machines.length === 0) return `App "${app}" has no machines`;
  return renderTable(
    [
      { header: "ID", value: (machine: Machine) => machine.id },
      { header: "NAME", value: (machine) => machine.name },
      { header: "STATE", value: (machine) => `${machine.state}${machine.cordoned === true ? " (cordoned)" : ""}` },
      { header: "CHECKS", value: renderCheckCount },
      { header: "REGION", value: (machine) => machine.region },
      { header: "GROUP", value: (machine) => machine.config.metadata?.["fly_process_group"] ?? "-" },
      { header: "SIZE", value: renderSize },
      {
        header: "VOLUME",
        value: (machine) => (machine.config.mounts ?? []).map(({ volume }) => volume).join(",") || "-",
      },
      { header: "IMAGE", value: ({ config }) => config.image },
      { header: "UPDATED", value: (machine) => renderTime(machine.updated_at) },
    ],
    machines,
    options,
  );
}

/** All about one machine. */
export function renderMachine(machine: Machine, options: TableOptions): string {
  const parts = [
    renderFields([
      ["Machine", machine.id],
      ["Name", machine.name],
      ["State", `${machine.state}${machine.cordoned === true ? " (cordoned)" : ""}`],
      ["Region", machine.region],
      ["Version", machine.instance_id],
      ["Image", machine.config.image],
      ["Size", renderSize(machine)],
      ["Group", machine.config.metadata?.["fly_process_group"]],
      ["Private IP", machine.private_ip],
      ["Volumes", (machine.config.mounts ?? []).map(({ volume, path }) => `${volume}:${path}`).join(", ")],
      ["Created", renderTime(machine.created_at)],
      ["Updated", renderTime(machine.updated_at)],
      ["Host", machine.host_status === "ok" ? undefined : machine.host_status],
    ]),
  ];
  if ((machine.checks ?? []).length > 0) {
    parts.push(
      renderTable(
        [
          { header: "CHECK", value: (check: NonNullable<Machine["checks"]>[number]) => check.name },
          { header: "STATUS", value: (check) => check.status },
          { header: "UPDATED", value: (check) => renderTime(check.updated_at) },
          { header: "OUTPUT", value: (check) => check.output },
        ],
        machine.checks ?? [],
        options,
      ),
    );
  }
  if (machine.events.length > 0) parts.push(renderEvents(machine, options));
  return parts.join("\n\n");
}

function renderEvents({ events }: Machine, options: TableOptions): string {
  return renderTable(
    [
      { header: "EVENT", value: (event: Machine["events"][number]) => event.type },
      { header: "STATE", value: (event) => event.status },
      { header: "SOURCE", value: (event) => event.source },
      { header: "TIME", value: (event) => renderTime(event.timestamp) },
      { header: "INFO", value: (event) => exitInfo(event) },
    ],
    events,
    options,
  );
}

/** How a program ended, where the event says so. */
function exitInfo({ request }: Machine["events"][number]): string {
  const found =
    request?.["exit_event"] ?? (request?.["MonitorEvent"] as { exit_event?: unknown } | undefined)?.exit_event;
  if (typeof found !== "object" || found === null) return "";
  const exit = found as { exit_code?: number; oom_killed?: boolean; requested_stop?: boolean };
  return [
    `exit code ${exit.exit_code ?? "?"}`,
    ...(exit.oom_killed === true ? ["out of memory"] : []),
    ...(exit.requested_stop === true ? ["asked to stop"] : []),
  ].join(", ");
}

/** `shared-cpu-1x, 256 MB` for what the presets are called, else the numbers. */
export function renderSize({ config }: Machine): string {
  const { guest } = config;
  if (guest?.cpus === undefined) return "-";
  const name = guest.cpu_kind === "performance" ? `performance-${guest.cpus}x` : `shared-cpu-${guest.cpus}x`;
  return guest.memory_mb === undefined ? name : `${name}:${guest.memory_mb}MB`;
}

/** `2/2`, or a dash where there are no checks. */
export function renderCheckCount({ checks = [] }: Machine): string {
  return checks.length === 0 ? "-" : `${checks.filter(({ status }) => status === "passing").length}/${checks.length}`;
}

/** What came of an action, a line for each machine. */
export function renderOutcomes(outcomes: readonly ActOutcome[]): string {
  return outcomes.map(({ id, region, result }) => `Machine ${id} in ${region}: ${result}`).join("\n");
}

/** The question before machines are destroyed: names all of them. */
export function renderDestroyQuestion(machines: readonly Machine[]): string {
  const named = machines.map(({ id, region, state }) => `${id} in ${region}, ${state}`).join("; ");
  return machines.length === 1 ? `Destroy machine ${named}?` : `Destroy ${machines.length} machines (${named})?`;
}

/** What would change, one line for each key. */
export function renderDifferences(differences: readonly Difference[]): string {
  return differences
    .flatMap(({ path, before, after }) => [
      ...(before === undefined ? [] : [`- ${path}: ${JSON.stringify(before)}`]),
      ...(after === undefined ? [] : [`+ ${path}: ${JSON.stringify(after)}`]),
    ])
    .join("\n");
}

/** Who holds which machine. */
export function renderLeases(rows: readonly LeaseRow[], options: TableOptions): string {
  if (rows.length === 0) return "No machines";
  return renderTable(
    [
      { header: "MACHINE", value: (row: LeaseRow) => row.machine },
      { header: "REGION", value: (row) => row.region },
      { header: "OWNER", value: ({ lease }) => (lease === undefined ? "-" : (lease.owner ?? "somebody")) },
      { header: "EXPIRES", value: ({ lease }) => (lease === undefined ? "-" : renderTime(lease.expires_at * 1_000)) },
      { header: "DESCRIPTION", value: ({ lease }) => lease?.description ?? "" },
    ],
    rows,
    options,
  );
}

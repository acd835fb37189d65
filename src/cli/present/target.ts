// The targets as a table.
import { renderTable, type TableOptions } from "../output/table.ts";

interface TargetLine {
  readonly name: "local" | "fly";
  readonly current: boolean;
  readonly api: string;
  readonly ready: boolean;
}

const STATES = {
  local: { ready: "up", not: "down: hangar up" },
  fly: { ready: "signed in", not: "signed out: hangar auth login" },
} as const;

export function renderTargets(rows: readonly TargetLine[], options: TableOptions): string {
  return renderTable(
    [
      { header: "", value: ({ current }: TargetLine) => (current ? "*" : "") },
      { header: "TARGET", value: ({ name }) => name },
      { header: "API", value: ({ api }) => api },
      { header: "STATE", value: ({ name, ready }) => (ready ? STATES[name].ready : STATES[name].not) },
    ],
    rows,
    options,
  );
}

import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { CheckStatus } from "../../contract/machine.ts";

export interface CheckRow extends CheckStatus {
  readonly machine: string;
  readonly region: string;
}

/** The health checks of an app's machines, those that do not pass first. */
export async function listChecks(
  { app, name }: { readonly app: string; readonly name: string | undefined },
  machines: Pick<MachinesApi, "list">,
): Promise<CheckRow[]> {
  const rows = (await machines.list(app)).flatMap(({ id, region, checks = [] }) =>
    checks.map((check) => ({ machine: id, region, ...check })),
  );
  const order = (row: CheckRow): string =>
    `${row.status === "passing" ? 1 : 0} ${row.name} ${row.region} ${row.machine}`;
  return rows
    .filter((row) => name === undefined || row.name === name)
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
}

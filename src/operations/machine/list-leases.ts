import type { ApiLease } from "../../client/machines/machine-shape.ts";
import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { Machine } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import { inBatches } from "../in-batches.ts";

export interface LeaseRow {
  readonly machine: string;
  readonly region: string;
  /** Absent where nobody holds one. */
  readonly lease?: ApiLease;
}

const AT_A_TIME = 4;

/** Who holds which machine. */
export function listLeases(
  app: string,
  machines: readonly Machine[],
  api: Pick<MachinesApi, "lease">,
): Promise<LeaseRow[]> {
  return inBatches(machines, AT_A_TIME, async ({ id, region }) => {
    const lease = await api.lease(app, id);
    return { machine: id, region, ...(lease === undefined ? {} : { lease }) };
  });
}

/**
 * Ends the leases that are held, whoever holds them.
 * @returns the machines that had one
 * @throws LEASE_HELD where the API does not tell a lease's nonce
 */
export async function clearLeases(
  app: string,
  rows: readonly LeaseRow[],
  api: Pick<MachinesApi, "releaseLease">,
): Promise<string[]> {
  const held = rows.filter((row) => row.lease !== undefined);
  await inBatches(held, AT_A_TIME, async ({ machine, lease }) => {
    if (lease?.nonce === undefined) {
      throw new AppError("LEASE_HELD", `The lease of machine ${machine} is not ours, and its nonce is not told`, {
        suggestions: ["wait until it ends: hangar machine leases view"],
      });
    }
    await api.releaseLease(app, machine, lease.nonce);
  });
  return held.map(({ machine }) => machine);
}

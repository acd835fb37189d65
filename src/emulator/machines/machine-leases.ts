// Leases: who may change a machine for a while. Taken and checked in one turn of the event loop, so that of any number of
// clients exactly one holds a machine.
import { AppError } from "../../errors/app-error.ts";
import type { LeaseRecord, MachineRecord } from "../model/records.ts";
import type { RandomBytes } from "../model/ids.ts";
import type { Store } from "../control-plane/store/store.ts";

export interface LeaseRequest {
  readonly owner: string;
  readonly description?: string | undefined;
  readonly ttlS?: number | undefined;
  /** Of the lease that is to be prolonged. */
  readonly nonce?: string | undefined;
}

export interface MachineLeases {
  /** @throws CONFLICT somebody else holds the machine */
  take(machine: MachineRecord, request: LeaseRequest): LeaseRecord;
  /** @throws LEASE_NOT_FOUND */
  show(machine: MachineRecord): LeaseRecord;
  /** @throws LEASE_NOT_FOUND, CONFLICT the nonce is another one's */
  release(machine: MachineRecord, nonce: string | undefined): void;
  /** @throws CONFLICT the machine is held, and not with this nonce */
  requireFree(machine: MachineRecord, nonce: string | undefined): void;
}

const DEFAULT_TTL_S = 30;
const NONCE_BYTES = 6;

export function createMachineLeases(store: Store, now: () => number, random: RandomBytes): MachineLeases {
  const held = ({ machine, owner, expiresAtMs }: LeaseRecord): AppError =>
    new AppError(
      "CONFLICT",
      `machine ID ${machine} lease currently held by ${owner}, expires at ${new Date(expiresAtMs).toISOString().replace(/\.\d+Z/, "Z")}`,
    );
  const requireFree = (machine: MachineRecord, nonce: string | undefined): void => {
    const lease = store.lease(machine.id, now());
    if (lease !== undefined && lease.nonce !== nonce) throw held(lease);
  };
  const show = (machine: MachineRecord): LeaseRecord => {
    const lease = store.lease(machine.id, now());
    if (lease === undefined) throw new AppError("LEASE_NOT_FOUND", "lease not found");
    return lease;
  };
  return {
    requireFree,
    show,
    take: (machine, { owner, description, ttlS = DEFAULT_TTL_S, nonce }) =>
      store.transaction(() => {
        const present = store.lease(machine.id, now());
        if (present !== undefined && present.nonce !== nonce) throw held(present);
        const lease: LeaseRecord = {
          machine: machine.id,
          nonce: present?.nonce ?? Buffer.from(random(NONCE_BYTES)).toString("hex"),
          owner: present?.owner ?? owner,
          description: description ?? present?.description ?? "",
          expiresAtMs: now() + ttlS * 1_000,
        };
        store.putLease(lease);
        return lease;
      }),
    release: (machine, nonce) => {
      requireFree(machine, nonce);
      show(machine);
      store.dropLease(machine.id);
    },
  };
}

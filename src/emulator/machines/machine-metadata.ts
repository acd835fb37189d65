// A machine's metadata, which changes without a new version of the machine.
import { AppError } from "../../errors/app-error.ts";
import type { MachineRecord } from "../model/records.ts";
import type { Store } from "../control-plane/store/store.ts";
import type { StateJournal } from "./state-journal.ts";

export interface MachineMetadata {
  all(machine: MachineRecord): Record<string, string>;
  /** @throws METADATA_NOT_FOUND */
  get(machine: MachineRecord, key: string): string;
  /**
   * Sets, and removes with null or "".
   * @throws MACHINE_STATE the machine has another version than the one expected
   */
  merge(machine: MachineRecord, changes: Readonly<Record<string, string | null>>, expected?: string): void;
}

export function createMachineMetadata(store: Store, journal: StateJournal): MachineMetadata {
  return {
    all: ({ config }) => config.metadata ?? {},
    get: ({ config }, key) => {
      const value = Object.entries(config.metadata ?? {}).find(([name]) => name === key)?.[1];
      if (value === undefined)
        throw new AppError("METADATA_NOT_FOUND", `metadata key not found: "${key.slice(0, 100)}"`);
      return value;
    },
    merge: ({ id }, changes, expected) =>
      store.transaction(() => {
        const machine = store.machine(id);
        if (machine === undefined) return;
        if (expected !== undefined && expected !== machine.instanceId) {
          throw new AppError(
            "MACHINE_STATE",
            `failed_precondition: machine_version ${expected} is not the machine's version ${machine.instanceId}`,
          );
        }
        const entries = Object.entries({ ...machine.config.metadata, ...changes });
        const metadata = Object.fromEntries(
          entries.filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== ""),
        );
        journal.write(id, { config: { ...machine.config, metadata } });
      }),
  };
}

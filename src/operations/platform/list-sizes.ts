import { guestOf, presetNames } from "../../project/guest.ts";

export interface SizeRow {
  readonly name: string;
  readonly cpu_kind: string;
  readonly cpus: number;
  readonly memory_mb: number;
  readonly gpu_kind?: string;
}

/** The sizes that machines can have by name. They ship with the program. */
export function listSizes(): SizeRow[] {
  return presetNames().map((name) => {
    const { cpu_kind, cpus, memory_mb, gpu_kind } = guestOf({ processes: [], size: name });
    return { name, cpu_kind, cpus, memory_mb, ...(gpu_kind === undefined ? {} : { gpu_kind }) };
  });
}

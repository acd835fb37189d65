// Numbers worlds, so that each is newer than all before it, also after a restart of control.
import type { Store } from "./store/store.ts";

export interface WorldVersions {
  next(): number;
  /** That of the newest world. */
  present(): number;
}

/** Name of the value in the store: no world has a higher number. */
const HIGHEST = "world_version";
/** Numbers that are taken at a time. Each write waits for the disk, and machines that change wait for worlds. */
const RESERVED = 1_000;

export function createWorldVersions(store: Pick<Store, "getValue" | "setValue">): WorldVersions {
  let present = Number(store.getValue(HIGHEST) ?? "0");
  let highest = present;
  return {
    next: () => {
      present += 1;
      if (present > highest) {
        highest = present + RESERVED;
        store.setValue(HIGHEST, String(highest));
      }
      return present;
    },
    present: () => present,
  };
}

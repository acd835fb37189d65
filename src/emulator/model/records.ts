// What control remembers of the planet: plain values, the vocabulary that store, supervisor and world share.
import type { CheckStatus, MachineConfig, MachineEvent, MachineState } from "../../contract/machine.ts";

export interface PlanetRecord {
  readonly name: string;
  /** Block of the address plan, 0 to 15. */
  readonly block: number;
  readonly home: string;
}

export interface AppRecord {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  readonly network: string;
  readonly createdAt: string;
}

export interface MachineRecord {
  readonly id: string;
  readonly app: string;
  readonly name: string;
  readonly region: string;
  /** Number of its addresses in the region; freed when the machine is destroyed. */
  readonly number: number;
  readonly state: MachineState;
  /** What the machine should come to; `state` follows. */
  readonly desired: "started" | "stopped" | "suspended" | "destroyed";
  readonly instanceId: string;
  readonly config: MachineConfig;
  readonly cordoned: boolean;
  /** Restarts by policy since the program last ran for a while, and when the first of them was (ms since the epoch). */
  readonly restarts: number;
  readonly restartWindowStartMs: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface CheckRecord extends CheckStatus {
  readonly machineId: string;
  readonly instanceId: string;
}

export type { MachineEvent };

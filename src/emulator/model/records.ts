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
  /** Grows with each change of a secret or a secret key. */
  readonly secretsVersion: number;
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
  /** Set by the API, cleared by whoever has stopped the program: it is to be stopped once and started again. */
  readonly restartRequested: boolean;
  /** How the stop that is wanted goes; absent: as the configuration says. Cleared when it has happened. */
  readonly stopSignal?: string;
  readonly stopTimeoutMs?: number;
  /** What the API set below the memory of the configuration; absent: nothing. */
  readonly memoryLimitMb?: number;
  /** The app's secrets as of this version or a later one. */
  readonly minSecretsVersion?: number;
  /** The machine gets no secrets. */
  readonly skipSecrets: boolean;
  /** Of the image that its name stood for when this version was made; absent in planets of before. */
  readonly imageDigest?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface CheckRecord extends CheckStatus {
  readonly machineId: string;
  readonly instanceId: string;
}

export interface LeaseRecord {
  readonly machine: string;
  readonly nonce: string;
  readonly owner: string;
  readonly description: string;
  readonly expiresAtMs: number;
}

export interface MachineVersionRecord {
  readonly instanceId: string;
  readonly config: MachineConfig;
  readonly createdAt: string;
}

export interface VolumeRecord {
  readonly id: string;
  readonly app: string;
  readonly name: string;
  readonly region: string;
  readonly zone: string;
  readonly sizeGb: number;
  /** `creating` and `hydrating` become `created`; `destroying` becomes `destroyed`. */
  readonly state: "creating" | "hydrating" | "created" | "destroying" | "destroyed";
  readonly encrypted: boolean;
  readonly fstype: string;
  readonly snapshotRetention: number;
  readonly autoBackup: boolean;
  /** The machine that has it. */
  readonly machine?: string;
  /** The volume or snapshot that its content is a copy of. */
  readonly source?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface SnapshotRecord {
  readonly id: string;
  readonly volume: string;
  readonly state: "waiting" | "running" | "created" | "failed" | "destroying";
  /** Bytes that its files take; 0 until it is created. */
  readonly bytes: number;
  readonly sizeGb: number;
  readonly retentionDays: number;
  readonly createdAt: string;
}

export type { MachineEvent };

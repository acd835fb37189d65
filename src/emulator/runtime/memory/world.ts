// What the operations of one in-memory engine share. Only types.
import type { Clock } from "../../../platform/clock.ts";
import type { ContainerRuntime } from "../container-runtime.ts";
import type { ContainerTable, FileContent } from "./container-table.ts";
import type { EventHub } from "./event-hub.ts";
import type { NetworkTable } from "./networks.ts";
import type { ProcessLife } from "./process-life.ts";
import type { Program } from "./programs.ts";

export interface MemoryVolume {
  readonly labels: Readonly<Record<string, string>>;
  /** Path below the mount point → content. */
  readonly files: Map<string, FileContent>;
}

/** Everything the operations of one in-memory engine share. */
export interface MemoryWorld {
  readonly clock: Clock;
  readonly images: Map<string, Program>;
  readonly registry: Readonly<Record<string, Program>>;
  readonly volumes: Map<string, MemoryVolume>;
  readonly containers: ContainerTable;
  readonly networks: NetworkTable;
  readonly hub: EventHub;
  readonly life: ProcessLife;
  /** Each operation starts with it: throws what the engine's state or a test wants it to throw. */
  enter(operation: keyof ContainerRuntime): Promise<void>;
}

// A container engine in memory, for tests of everything above the port. It passes the same contract suite as Docker and
// has what an engine has: names, states, events, logs, ports, addresses. It runs nothing; images are programs.ts values.
import type { AppError } from "../../../errors/app-error.ts";
import type { Clock } from "../../../platform/clock.ts";
import type {
  ContainerRuntime,
  ContainerSpec,
  EngineInfo,
  Limits,
  LogLine,
  NetworkSpec,
} from "../container-runtime.ts";
import { createArchiveOperations } from "./archives.ts";
import { createCommandOperations } from "./commands.ts";
import { createContainerOperations } from "./container-operations.ts";
import { createContainerTable } from "./container-table.ts";
import { createEngineOperations } from "./engine-operations.ts";
import { createEventHub } from "./event-hub.ts";
import { createNetworkTable } from "./networks.ts";
import { createProcessLife } from "./process-life.ts";
import type { Program } from "./programs.ts";
import { refusals } from "./refusals.ts";
import type { MemoryVolume } from "./world.ts";

export interface MemoryRuntimeOptions {
  readonly clock: Clock;
  /** Image reference → what it does. */
  readonly images?: Readonly<Record<string, Program>>;
  /** What pullImage finds; everything else cannot be pulled. */
  readonly registry?: Readonly<Record<string, Program>>;
  readonly info?: Partial<EngineInfo>;
}

/** What tests may do to the engine that its users cannot. Containers by ID or name. */
export interface MemoryEngineControl {
  addImage(reference: string, program: Program): void;
  /** The program ends by itself; with restartAlways the engine starts it again. */
  exit(container: string, exitCode: number, how?: { readonly oom?: boolean }): void;
  writeLog(container: string, text: string, stream?: LogLine["stream"]): void;
  /** While unavailable, every operation throws DOCKER_UNAVAILABLE; going away breaks open events and followed logs. */
  setAvailable(available: boolean): void;
  /** The next call of the operation throws this. */
  failNext(operation: keyof ContainerRuntime, error: AppError): void;
  setUsage(container: string, usage: { readonly cpuNs: number; readonly memoryBytes: number }): void;
  limits(container: string): Limits;
  containerSpec(container: string): ContainerSpec;
  networkSpec(name: string): NetworkSpec | undefined;
}

export interface MemoryRuntime extends ContainerRuntime {
  readonly control: MemoryEngineControl;
}

const DEFAULT_INFO: EngineInfo = {
  version: "28.0.0",
  apiVersion: "1.48",
  operatingSystem: "memory",
  architecture: "x86_64",
  cpus: 2,
  memoryBytes: 8 * 1024 ** 3,
  rootless: false,
  dataRoot: "/var/lib/docker",
};

/** An engine with these images and nothing running. */
export function createMemoryRuntime(options: MemoryRuntimeOptions): MemoryRuntime {
  const { clock, registry = {} } = options;
  const images = new Map(Object.entries(options.images ?? {}));
  const containers = createContainerTable();
  const networks = createNetworkTable();
  const hub = createEventHub();
  const life = createProcessLife({ clock, networks, hub, containers });
  const failures = new Map<keyof ContainerRuntime, AppError>();
  let available = true;

  const enter = async (operation: keyof ContainerRuntime): Promise<void> => {
    // asynchronous like a real engine, so that callers cannot rely on anything being done at once
    await Promise.resolve();
    if (!available) throw refusals.unavailable();
    const failure = failures.get(operation);
    failures.delete(operation);
    if (failure !== undefined) throw failure;
  };
  const world = {
    clock,
    images,
    registry,
    volumes: new Map<string, MemoryVolume>(),
    containers,
    networks,
    hub,
    life,
    enter,
  };

  const control: MemoryEngineControl = {
    addImage: (reference, program) => {
      images.set(reference, program);
    },
    exit: (container, exitCode, how) => {
      life.end(containers.get(container), exitCode, how);
    },
    writeLog: (container, text, stream = "stdout") => {
      containers.get(container).log.write(stream, text, clock.now());
    },
    setAvailable: (next) => {
      available = next;
      if (available) return;
      hub.fail(refusals.unavailable());
      for (const container of containers.all()) container.log.failFollowers(refusals.unavailable());
    },
    failNext: (operation, error) => {
      failures.set(operation, error);
    },
    setUsage: (container, usage) => {
      containers.get(container).usage = usage;
    },
    limits: (container) => containers.get(container).limits,
    containerSpec: (container) => containers.get(container).spec,
    networkSpec: (name) => networks.list().find(({ spec }) => spec.name === name)?.spec,
  };

  return {
    info: async () => {
      await enter("info");
      return { ...DEFAULT_INFO, ...options.info };
    },
    ...createEngineOperations(world),
    ...createContainerOperations(world),
    ...createCommandOperations(world),
    ...createArchiveOperations(world),
    control,
  };
}

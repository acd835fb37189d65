// The containers of the in-memory engine and the indexes that keep ten thousand of them fast.
import type { Owner } from "../../../platform/tar.ts";
import type {
  Attachment,
  ContainerDetail,
  ContainerSpec,
  ContainerState,
  ContainerUsage,
  Limits,
} from "../container-runtime.ts";
import { createLogBook, type LogBook } from "./log-book.ts";
import type { Program } from "./programs.ts";
import { refusals } from "./refusals.ts";

const NEVER = "0001-01-01T00:00:00Z";

export type FileContent = string | Uint8Array;

/** One container; what changes is written by process-life.ts and memory-runtime.ts. */
export interface MemoryContainer {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly program: Program;
  readonly log: LogBook;
  readonly attachments: Map<string, Attachment>;
  readonly files: Map<string, FileContent>;
  /** To whom they belong, where that was said. */
  readonly owners: Map<string, Owner>;
  limits: Limits;
  /** What it is said to use; nothing unless a test says otherwise. */
  usage: Pick<ContainerUsage, "cpuNs" | "memoryBytes">;
  state: ContainerState;
  pid: number;
  exitCode: number;
  oomKilled: boolean;
  error: string;
  startedAt: string;
  finishedAt: string;
  /** Counts starts, so that a late end of an earlier run is not taken for one of the present. */
  run: number;
  /** Exits in a row without a stop, for the engine's growing pause before a restart. */
  restarts: number;
  stopRequested: boolean;
  /** Called when the program ends. */
  readonly endWaiters: Set<() => void>;
}

export interface ContainerTable {
  add(spec: ContainerSpec, program: Program): MemoryContainer;
  /** By ID or name. */
  find(reference: string): MemoryContainer | undefined;
  /** @throws DOCKER_FAILED with statusCode 404 */
  get(reference: string): MemoryContainer;
  drop(container: MemoryContainer): void;
  withLabels(labels: Readonly<Record<string, string>>): MemoryContainer[];
  all(): readonly MemoryContainer[];
}

/** What inspecting the container says. */
export function describeContainer(container: MemoryContainer): ContainerDetail {
  const { id, spec, state, pid, exitCode, oomKilled, error, startedAt, finishedAt } = container;
  return {
    id,
    name: spec.name,
    labels: spec.labels,
    state,
    image: spec.image,
    networks: [...container.attachments.keys()],
    pid,
    exitCode,
    oomKilled,
    error,
    startedAt,
    finishedAt,
  };
}

/** No containers yet. */
export function createContainerTable(): ContainerTable {
  const byId = new Map<string, MemoryContainer>();
  const byName = new Map<string, MemoryContainer>();
  const byLabel = new Map<string, Set<MemoryContainer>>();
  const labelKeys = (labels: Readonly<Record<string, string>>): string[] =>
    Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  let made = 0;
  const find = (reference: string): MemoryContainer | undefined => byId.get(reference) ?? byName.get(reference);
  return {
    add: (spec, program) => {
      if (byName.has(spec.name)) throw refusals.nameTaken("container", spec.name);
      const container: MemoryContainer = {
        id: (made += 1).toString(16).padStart(64, "0"),
        spec,
        program,
        log: createLogBook(),
        attachments: new Map(
          spec.networkOf === undefined ? spec.networks.map((attachment) => [attachment.network, attachment]) : [],
        ),
        ...{ files: new Map(), owners: new Map() },
        limits: spec.limits ?? {},
        usage: { cpuNs: 0, memoryBytes: 0 },
        state: "created",
        pid: 0,
        exitCode: 0,
        oomKilled: false,
        error: "",
        startedAt: NEVER,
        finishedAt: NEVER,
        run: 0,
        restarts: 0,
        stopRequested: false,
        endWaiters: new Set(),
      };
      byId.set(container.id, container);
      byName.set(spec.name, container);
      for (const key of labelKeys(spec.labels)) byLabel.set(key, (byLabel.get(key) ?? new Set()).add(container));
      return container;
    },
    find,
    get: (reference) => {
      const container = find(reference);
      if (container === undefined) throw refusals.noSuch("container", reference);
      return container;
    },
    drop: (container) => {
      byId.delete(container.id);
      byName.delete(container.spec.name);
      for (const key of labelKeys(container.spec.labels)) {
        const group = byLabel.get(key);
        group?.delete(container);
        if (group?.size === 0) byLabel.delete(key);
      }
    },
    withLabels: (labels) => {
      const groups = labelKeys(labels).map((key) => byLabel.get(key));
      if (groups.length === 0) return [...byId.values()];
      if (groups.includes(undefined)) return [];
      const [smallest, ...others] = (groups as Set<MemoryContainer>[]).toSorted((one, other) => one.size - other.size);
      return [...(smallest ?? [])].filter((container) => others.every((group) => group.has(container)));
    },
    all: () => [...byId.values()],
  };
}

// Brings the programs of a machine up, each when what it depends on allows it.
import type { MachineEvent } from "../../contract/machine.ts";
import type { MachineRecord } from "../model/records.ts";
import type { ContainerDetail, ContainerInfo, ContainerRuntime } from "../runtime/container-runtime.ts";
import { LABEL } from "../runtime/labels.ts";
import { isAlive, joinsAnchor, type MachineContainers } from "./machine-containers.ts";
import { type MachineProgram, machinePrograms, mayStart, type ProgramFacts } from "./programs.ts";
import { exitDecided } from "./state.ts";

export interface LaunchDeps {
  readonly runtime: ContainerRuntime;
  readonly containers: MachineContainers;
  readonly events: (machine: string) => readonly MachineEvent[];
  /** Whether all checks of a container of the machine pass. */
  readonly healthy: (machine: MachineRecord, container: string) => boolean;
}

export interface Launcher {
  /**
   * Starts what should run and does not, in the order of dependencies; what waits for something is left for the next call.
   * @param present the containers of the machine's present instance
   * @param anchor its anchor, for a machine that has one from now on
   */
  bringUp(machine: MachineRecord, present: readonly ContainerInfo[], anchor: ContainerInfo | undefined): Promise<void>;
}

/**
 * Whether an anchor holds the machine's network. It does for several programs. A single one has a network of its own: that
 * starts soonest, and costs nothing more. Once it is replaced while it runs, an anchor keeps the network, whose coming and
 * going is most of what an engine does for a stop and a start (docs/adr/0017).
 * @param kept containers of programs that are used again
 * @param replaces what ran until now is replaced
 */
export function needsAnchor(
  machine: MachineRecord,
  kept: readonly ContainerInfo[],
  { anchor, replaces }: { readonly anchor: ContainerInfo | undefined; readonly replaces: boolean },
): boolean {
  if (machinePrograms(machine)[0]?.name !== undefined) return true;
  const [only] = kept;
  return only === undefined ? replaces || anchor?.state === "running" : joinsAnchor(only);
}

/** The container of a program among those of its machine. */
export function containerOf(
  program: Pick<MachineProgram, "name">,
  present: readonly ContainerInfo[],
): ContainerInfo | undefined {
  return present.find(({ labels }) => labels[LABEL.container] === program.name);
}

/** The program of a container; undefined for an anchor, and for programs of other instances. */
export function programOf(
  machine: MachineRecord,
  container: Pick<ContainerInfo, "labels">,
): MachineProgram | undefined {
  return machinePrograms(machine).find(({ name }) => name === container.labels[LABEL.container]);
}

export function createLauncher(deps: LaunchDeps): Launcher {
  const { runtime, containers } = deps;

  /** Of several programs that run, one that ended for good stays as it is; at a start of the machine all are started. */
  const hasEnded = (machine: MachineRecord, ended: ContainerDetail | undefined): boolean =>
    ended !== undefined &&
    machine.state === "started" &&
    exitDecided(deps.events(machine.id), ended.finishedAt, ended.labels[LABEL.container]) === "end";

  return {
    bringUp: async (machine, present, anchor) => {
      const programs = machinePrograms(machine);
      const several = programs[0]?.name !== undefined;
      const renewed = anchor !== undefined && (await containers.startAnchor(machine, anchor));
      const facts = new Map<string, ProgramFacts>();
      const fact = (name: string): ProgramFacts | undefined => facts.get(name);
      for (const program of programs) {
        const container = containerOf(program, present);
        if (container?.state === "paused") await runtime.unpauseContainer(container.id);
        let runs = container !== undefined && isAlive(container);
        if (container !== undefined && runs && renewed) {
          await containers.stop(machine, program, container);
          runs = false;
        }
        let started = container !== undefined && container.state !== "created" && container.state !== "dead";
        const ended =
          several && container?.state === "exited" ? await runtime.inspectContainer(container.id) : undefined;
        if (!runs && !hasEnded(machine, ended) && mayStart(program, fact)) {
          const made = container ?? (await containers.prepare(machine, program, anchor !== undefined));
          await containers.start(machine, program, made);
          started = true;
        }
        if (program.name !== undefined)
          facts.set(program.name, { started, exitCode: ended?.exitCode, healthy: deps.healthy(machine, program.name) });
      }
    },
  };
}

// The containers of machines on the engine: made with their files and volumes, started with their secrets, stopped as
// their machine says. What should run is decided elsewhere.
import { durationMs } from "../model/duration.ts";
import type { FileConfig } from "../../contract/machine-config.ts";
import type { MachineRecord, PlanetRecord } from "../model/records.ts";
import type { ContainerInfo, ContainerRuntime, ContainerSpec } from "../runtime/container-runtime.ts";
import { LABEL, names, planetLabels } from "../runtime/labels.ts";
import { anchorSpec, machineAttachment, type Place, programContainerSpec } from "./container-spec.ts";
import { programSecrets } from "./environment.ts";
import { LOADER_PATH, loaderFor, loaderInput } from "./loader/loader.ts";
import type { MachineProgram } from "./programs.ts";

const DEFAULT_STOP_TIMEOUT_S = 5;
const DEFAULT_FILE_MODE = 0o644;
const LOADER_MODE = 0o755;

export interface MachineContainersDeps {
  readonly planet: PlanetRecord;
  readonly runtime: ContainerRuntime;
  /** Image with sleep, for the container that holds a machine's network. */
  readonly image: string;
  readonly slotOf: (region: string) => number;
  /** What secrets an app has at this moment. */
  readonly secretsOf: (app: string) => Readonly<Record<string, string>>;
}

export interface MachineContainers {
  /** Those of its programs, of all instances, and its anchor. */
  list(id: string): Promise<ContainerInfo[]>;
  /**
   * Makes the container that holds the machine's network.
   * @param options early: it is started, without a network as long as another container has the machine's addresses
   */
  prepareAnchor(machine: MachineRecord, options: { readonly early: boolean }): Promise<ContainerInfo>;
  /**
   * Starts it unless it runs, and gives it the network that it lacks.
   * @returns whether it did not run: what used its network before has none any more
   */
  startAnchor(machine: MachineRecord, anchor: ContainerInfo): Promise<boolean>;
  /**
   * Makes the container of a program, with all that it needs, and does not start it.
   * @param joins whether it uses the network of the machine's anchor
   */
  prepare(machine: MachineRecord, program: MachineProgram, joins: boolean): Promise<ContainerInfo>;
  /** Starts a container that is there. */
  start(machine: MachineRecord, program: MachineProgram, container: ContainerInfo): Promise<void>;
  /** Signal, time to end, SIGKILL. */
  stop(machine: MachineRecord, program: MachineProgram | undefined, container: ContainerInfo): Promise<void>;
}

/** Whether the container runs a program, or is kept with one. */
export function isAlive({ state }: Pick<ContainerInfo, "state">): boolean {
  return state === "running" || state === "paused";
}

/** Whether it holds a machine's network. */
export function isAnchor({ labels }: Pick<ContainerInfo, "labels">): boolean {
  return labels[LABEL.component] === "anchor";
}

/** Whether it is an anchor that runs and has no network yet: it holds no addresses, and another container may have them. */
export function isWaiting(container: ContainerInfo): boolean {
  return isAnchor(container) && isAlive(container) && container.networks.length === 0;
}

/** Whether a program's container uses the network of an anchor. */
export function joinsAnchor({ networks }: Pick<ContainerInfo, "networks">): boolean {
  return networks.length === 0;
}

/** What was just made of a spec. */
function infoOf(id: string, { name, labels, image, networks }: ContainerSpec): ContainerInfo {
  return { id, name, labels, image, state: "created", networks: networks.map(({ network }) => network) };
}

export function createMachineContainers(deps: MachineContainersDeps): MachineContainers {
  const { planet, runtime } = deps;
  let loader: Promise<Uint8Array | undefined> | undefined;
  const findLoader = (): Promise<Uint8Array | undefined> =>
    (loader ??= runtime.info().then(
      ({ architecture }) => loaderFor(architecture),
      (thrown: unknown) => {
        loader = undefined;
        throw thrown;
      },
    ));

  const secretsFor = (machine: MachineRecord, program: MachineProgram): Record<string, string> =>
    machine.skipSecrets ? {} : programSecrets(program, deps.secretsOf(machine.app));

  const contentOf = async (
    { raw_value: raw, secret_name: secret, image_config: image }: FileConfig,
    app: string,
  ): Promise<Uint8Array | string> => {
    if (image !== undefined) return JSON.stringify((await runtime.inspectImage(image)) ?? {});
    const encoded = secret === undefined ? raw : deps.secretsOf(app)[secret];
    return Buffer.from(encoded ?? "", "base64");
  };

  /** The container with the loader before its program; as it is where there are no secrets, or no loader for them. */
  const withSecrets = async (
    spec: ContainerSpec,
    program: MachineProgram,
    secrets: Readonly<Record<string, string>>,
  ): Promise<{ spec: ContainerSpec; loader?: Uint8Array }> => {
    if (Object.keys(secrets).length === 0) return { spec };
    const found = program.tty ? undefined : await findLoader();
    const image = found === undefined ? undefined : await runtime.inspectImage(program.image);
    const entrypoint = spec.entrypoint ?? image?.entrypoint ?? [];
    const command = spec.command ?? (spec.entrypoint === undefined ? (image?.command ?? []) : []);
    // a terminal would echo what is typed into it, and other processors have no loader: see docs/adr/0013
    if (found === undefined || entrypoint.length + command.length === 0)
      return { spec: { ...spec, env: { ...spec.env, ...secrets } } };
    return {
      spec: {
        ...spec,
        entrypoint: [LOADER_PATH, ...entrypoint, ...command],
        command: [],
        stdin: true,
        labels: { ...spec.labels, [LABEL.secrets]: "1" },
      },
      loader: found,
    };
  };

  const placeOf = (machine: MachineRecord): Place => ({ planet, slot: deps.slotOf(machine.region), machine });

  return {
    list: (id) => runtime.listContainers(planetLabels(planet.name, undefined, { [LABEL.machine]: id })),
    prepareAnchor: async (machine, { early }) => {
      const spec = { ...anchorSpec(placeOf(machine), deps.image), ...(early ? { networks: [] } : {}) };
      const made = infoOf(await runtime.createContainer(spec), spec);
      if (!early) return made;
      await runtime.startContainer(made.id);
      return { ...made, state: "running" };
    },
    startAnchor: async (machine, { id, state, networks }) => {
      if (state !== "running") await runtime.startContainer(id);
      if (networks.length === 0) await runtime.connect(id, machineAttachment(placeOf(machine)));
      return state !== "running";
    },
    prepare: async (machine, program, joins) => {
      const secrets = secretsFor(machine, program);
      const anchor = joins ? names.machineNetwork(planet.name, machine.id) : undefined;
      const made = await withSecrets(programContainerSpec(placeOf(machine), program, anchor), program, secrets);
      for (const { volume } of machine.config.mounts ?? []) {
        if (volume === undefined) continue;
        const labels = planetLabels(planet.name, "volume", { [LABEL.app]: machine.app, [LABEL.volume]: volume });
        // the engine would make one that nobody owns
        await runtime.createVolume(names.volume(planet.name, volume), labels);
      }
      const id = await runtime.createContainer(made.spec);
      const files = await Promise.all(
        program.files.map(async (file) => ({
          path: file.guest_path,
          content: await contentOf(file, machine.app),
          mode: file.mode ?? DEFAULT_FILE_MODE,
        })),
      );
      const own = made.loader === undefined ? [] : [{ path: LOADER_PATH, content: made.loader, mode: LOADER_MODE }];
      await runtime.putFiles(id, [...own, ...files]);
      return infoOf(id, made.spec);
    },
    start: (machine, program, { id, labels }) => {
      const loaded = labels[LABEL.secrets] !== undefined;
      return runtime.startContainer(id, loaded ? { stdin: loaderInput(secretsFor(machine, program)) } : {});
    },
    stop: async (machine, program, container) => {
      const timeoutMs = machine.stopTimeoutMs ?? durationMs(program?.stop?.timeout) ?? DEFAULT_STOP_TIMEOUT_S * 1_000;
      // Without one that was asked for, it is the signal that the container was made with: its own version's.
      const signal = isAnchor(container) ? undefined : machine.stopSignal;
      await runtime.stopContainer(container.id, {
        ...(signal === undefined ? {} : { signal }),
        timeoutSeconds: Math.ceil(timeoutMs / 1_000),
      });
    },
  };
}

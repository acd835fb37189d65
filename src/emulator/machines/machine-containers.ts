// The containers of machines on the engine: made with their files and volumes, started with their secrets, stopped as
// their machine says. What should run is decided elsewhere.
import { durationMs } from "../model/duration.ts";
import type { FileConfig } from "../../contract/machine-config.ts";
import type { MachineRecord, PlanetRecord } from "../model/records.ts";
import type { ContainerInfo, ContainerRuntime, ContainerSpec } from "../runtime/container-runtime.ts";
import { LABEL, names, planetLabels } from "../runtime/labels.ts";
import { ANCHOR, anchorSpec, programContainerSpec } from "./container-spec.ts";
import { programSecrets } from "./environment.ts";
import { LOADER_PATH, loaderFor, loaderInput } from "./loader/loader.ts";
import type { MachineProgram } from "./programs.ts";

const DEFAULT_STOP_TIMEOUT_S = 5;
const DEFAULT_FILE_MODE = 0o644;
const LOADER_MODE = 0o755;

export interface MachineContainersDeps {
  readonly planet: PlanetRecord;
  readonly runtime: ContainerRuntime;
  /** Image with sleep, for the container that holds the network of several. */
  readonly image: string;
  readonly slotOf: (region: string) => number;
  /** What secrets an app has at this moment. */
  readonly secretsOf: (app: string) => Readonly<Record<string, string>>;
}

export interface MachineContainers {
  list(id: string): Promise<ContainerInfo[]>;
  /** The container that holds the network of a machine with several programs; it runs when this resolves. */
  ensureAnchor(machine: MachineRecord, present: ContainerInfo | undefined): Promise<void>;
  /** Makes the container of a program, with all that it needs, and does not start it. */
  prepare(machine: MachineRecord, program: MachineProgram): Promise<ContainerInfo>;
  /** Starts a container that is there. */
  start(machine: MachineRecord, program: MachineProgram, container: ContainerInfo): Promise<void>;
  /** Signal, time to end, SIGKILL. */
  stop(machine: MachineRecord, program: MachineProgram | undefined, container: ContainerInfo): Promise<void>;
}

/** Whether the container runs a program, or is kept with one. */
export function isAlive({ state }: Pick<ContainerInfo, "state">): boolean {
  return state === "running" || state === "paused";
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

  return {
    list: (id) => runtime.listContainers({ ...planetLabels(planet.name, "machine"), [LABEL.machine]: id }),
    ensureAnchor: async (machine, present) => {
      if (present?.state === "running") return;
      const spec = anchorSpec({ planet, slot: deps.slotOf(machine.region), machine }, deps.image);
      await runtime.startContainer(present?.id ?? (await runtime.createContainer(spec)));
    },
    prepare: async (machine, program) => {
      const place = { planet, slot: deps.slotOf(machine.region), machine };
      const secrets = secretsFor(machine, program);
      const made = await withSecrets(programContainerSpec(place, program), program, secrets);
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
      const { name, labels, image, networks } = made.spec;
      return { id, name, labels, image, state: "created", networks: networks.map(({ network }) => network) };
    },
    start: (machine, program, { id, labels }) => {
      const loaded = labels[LABEL.secrets] !== undefined;
      return runtime.startContainer(id, loaded ? { stdin: loaderInput(secretsFor(machine, program)) } : {});
    },
    stop: async (machine, program, container) => {
      const anchor = container.labels[LABEL.container] === ANCHOR;
      const timeoutMs = machine.stopTimeoutMs ?? durationMs(program?.stop?.timeout) ?? DEFAULT_STOP_TIMEOUT_S * 1_000;
      // Without one that was asked for, it is the signal that the container was made with: its own version's.
      const signal = anchor ? undefined : machine.stopSignal;
      await runtime.stopContainer(container.id, {
        ...(signal === undefined ? {} : { signal }),
        timeoutSeconds: Math.ceil(timeoutMs / 1_000),
      });
    },
  };
}

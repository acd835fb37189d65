// Run on the host: removes everything of a planet from the engine, whatever state it is in. Needs no running control.
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import { LABEL, planetLabels } from "../runtime/labels.ts";
import { STATE_DIR } from "./planet-spec.ts";

export interface TornDown {
  readonly containers: number;
  readonly networks: number;
  readonly volumes: number;
}

/** Files of the state folder by name. */
export type SavedState = Readonly<Record<string, Uint8Array>>;

/** The log beside the database holds what a killed control had not yet moved into it. */
const STATE_FILES = ["planet.db", "planet.db-wal", "secrets.key"] as const;

async function readState(container: string, runtime: ContainerRuntime): Promise<SavedState> {
  const files = await Promise.all(
    STATE_FILES.map(async (name) => [name, await runtime.getFile(container, `${STATE_DIR}/${name}`)] as const),
  );
  return Object.fromEntries(files.flatMap(([name, content]) => (content === undefined ? [] : [[name, content]])));
}

/** Seconds that control gets to close its database. */
const CONTROL_STOP_S = 10;
/** Looks at what is left; what is still there then keeps its network from being removed, which is told. */
const MAX_ROUNDS = 5;

/**
 * Removes containers, networks and volumes of the planet. Its database is handed to `keep` first, so that it is never
 * lost between two steps. With `keepVolumes` the apps' volumes stay, as the database says that they are there.
 */
export async function tearDown(
  planet: string,
  runtime: ContainerRuntime,
  keep: (state: SavedState) => Promise<void> = async () => undefined,
  { keepVolumes = false }: { readonly keepVolumes?: boolean } = {},
): Promise<TornDown> {
  const present = await runtime.listContainers(planetLabels(planet));
  const control = present.find(({ labels }) => labels[LABEL.component] === "control");
  // control goes first, or it would repair what is being removed.
  if (control !== undefined)
    await runtime.stopContainer(control.id, { signal: "SIGTERM", timeoutSeconds: CONTROL_STOP_S });
  if (control !== undefined) await keep(await readState(control.id, runtime));
  const containers = await removeContainers(planet, runtime);
  const networks = await runtime.listNetworks(planetLabels(planet));
  await Promise.all(networks.map(({ name }) => runtime.removeNetwork(name)));
  const kept = new Set(keepVolumes ? await runtime.listVolumes(planetLabels(planet, "volume")) : []);
  const volumes = (await runtime.listVolumes(planetLabels(planet))).filter((name) => !kept.has(name));
  for (const volume of volumes) await runtime.removeVolume(volume);
  return { containers, networks: networks.length, volumes: volumes.length };
}

/** Until there are none: what control had asked the engine for may have been made after control was told to stop. */
async function removeContainers(planet: string, runtime: ContainerRuntime): Promise<number> {
  let removed = 0;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const present = await runtime.listContainers(planetLabels(planet));
    if (present.length === 0) break;
    await Promise.all(present.map(({ id }) => runtime.removeContainer(id)));
    removed += present.length;
  }
  return removed;
}

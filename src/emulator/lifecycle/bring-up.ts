// Run on the host: makes a planet's control come up, step by step; what a failed run made is undone in reverse. Control
// then brings up the rest.
import { AppError } from "../../errors/app-error.ts";
import { createHash } from "node:crypto";
import type { AuthorityMaterial } from "../../platform/x509.ts";
import type { ContainerInfo, ContainerRuntime } from "../runtime/container-runtime.ts";
import { LABEL, names, planetLabels } from "../runtime/labels.ts";
import { blockOfSubnets, chooseBlock } from "./blocks.ts";
import {
  controlSpec,
  managementNetworkSpec,
  type PlanetPorts,
  STATE_DIR,
  TOKEN_FILE,
  AUTHORITY_FILES,
} from "./planet-spec.ts";

export interface BringUpInput {
  readonly planet: string;
  readonly home: string;
  readonly ports: PlanetPorts;
  readonly version: string;
  readonly image: string;
  readonly token: string;
  /** The user's certificate authority; control signs with it. */
  readonly authority: AuthorityMaterial;
  /** The engine's socket as the daemon's host sees it. */
  readonly daemonSocket: string;
  /** Block that the planet had before. */
  readonly preferredBlock?: number;
  /** The database that `down` kept, put back into a new state volume. */
  readonly savedState?: Readonly<Record<string, Uint8Array>>;
}

export interface BringUpDeps {
  readonly runtime: ContainerRuntime;
  readonly isPortFree: (port: number) => Promise<boolean>;
  /** Networks that the host routes elsewhere, as CIDR. */
  readonly hostRoutes: () => Promise<readonly string[]>;
}

export interface BroughtUp {
  readonly block: number;
  /** Whether anything had to be made or started. */
  readonly changed: boolean;
  /** Whether the planet was not there before: a later failure may remove all of it. */
  readonly created: boolean;
}

/** What control's container was made from; another one has to be made anew. */
interface Fingerprint {
  readonly image: string;
  readonly ports: PlanetPorts;
  readonly block: number;
  readonly daemonSocket: string;
  /** Digest of the authority's certificate: a control with another one is made anew. */
  readonly authority: string;
}

const OLDEST_ENGINE = [20, 10] as const;

/** @throws DOCKER_TOO_OLD */
export function requireEngine(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  if (Number.isNaN(major) || major > OLDEST_ENGINE[0] || (major === OLDEST_ENGINE[0] && minor >= OLDEST_ENGINE[1]))
    return;
  throw new AppError("DOCKER_TOO_OLD", `Docker Engine ${version} is older than ${OLDEST_ENGINE.join(".")}`, {
    suggestions: ["update Docker: https://docs.docker.com/engine/install/"],
  });
}

/** The ports that the planet itself has taken. Where control is gone, its edge may still be there. */
function ownPorts(control: ContainerInfo | undefined, rest: number, wanted: PlanetPorts): Partial<PlanetPorts> {
  if (control === undefined) return rest > 0 ? { http: wanted.http, https: wanted.https } : {};
  return (JSON.parse(control.labels[LABEL.spec] ?? "{}") as Partial<Fingerprint>).ports ?? {};
}

async function requirePorts(deps: BringUpDeps, ports: PlanetPorts, own: Partial<PlanetPorts>): Promise<void> {
  const wanted = [
    { what: "the control plane", port: ports.control, present: own.control, flag: "--control-port" },
    { what: "the edge", port: ports.http, present: own.http, flag: "--http-port" },
    { what: "the edge's TLS", port: ports.https, present: own.https, flag: "--https-port" },
    ...(ports.services ?? []).map((port) => ({
      ...{ what: "services", port, flag: "--service-ports" },
      present: own.services?.includes(port) === true ? port : undefined,
    })),
  ];
  for (const { what, port, present, flag } of wanted) {
    if (port === present || (await deps.isPortFree(port))) continue;
    throw new AppError("PORT_TAKEN", `Port ${port} on 127.0.0.1, wanted for ${what}, is used by another program`, {
      suggestions: [`hangar up ${flag} ${port + 1_000}`, `see who has it: ss -ltnp 'sport = :${port}'`],
      details: { port },
    });
  }
}

async function presentBlock(deps: BringUpDeps, input: BringUpInput): Promise<{ block: number; exists: boolean }> {
  const networks = await deps.runtime.listNetworks();
  const own = networks.find(({ name }) => name === names.managementNetwork(input.planet));
  const present = own === undefined ? undefined : blockOfSubnets(own.subnets);
  if (present !== undefined) return { block: present, exists: true };
  const used = [...networks.flatMap(({ subnets }) => subnets), ...(await deps.hostRoutes())];
  return { block: chooseBlock(used, input.preferredBlock), exists: false };
}

/** Makes management network, state volume and control where they are missing, and starts control. */
export async function bringUpControl(input: BringUpInput, deps: BringUpDeps): Promise<BroughtUp> {
  const { runtime } = deps;
  const undos: (() => Promise<void>)[] = [];
  const undo = async (): Promise<void> => {
    for (const step of undos.splice(0).toReversed()) await step();
  };
  requireEngine((await runtime.info()).version);
  const mine = await runtime.listContainers(planetLabels(input.planet));
  const control: ContainerInfo | undefined = mine.find(({ labels }) => labels[LABEL.component] === "control");
  const { block, exists } = await presentBlock(deps, input);
  const planet = { name: input.planet, block, home: input.home };
  const spec = controlSpec({
    planet,
    image: input.image,
    ports: input.ports,
    daemonSocket: input.daemonSocket,
    version: input.version,
  });
  const parts: Fingerprint = {
    ...{ image: input.image, ports: input.ports, block, daemonSocket: input.daemonSocket },
    authority: createHash("sha256").update(input.authority.certificate).digest("hex").slice(0, 12),
  };
  const fingerprint = JSON.stringify(parts);
  const current = control !== undefined && control.labels[LABEL.spec] === fingerprint;
  if (current && control.state === "running") return { block, changed: false, created: false };

  try {
    if (current) {
      await runtime.startContainer(control.id);
      return { block, changed: true, created: false };
    }
    await requirePorts(deps, input.ports, ownPorts(control, mine.length, input.ports));
    if (control !== undefined) await runtime.removeContainer(control.id);
    if (!exists) {
      await runtime.createNetwork(managementNetworkSpec(planet));
      undos.push(() => runtime.removeNetwork(names.managementNetwork(input.planet)));
    }
    const volumes = await runtime.listVolumes(planetLabels(input.planet));
    const freshVolume = !volumes.includes(names.stateVolume(input.planet));
    if (freshVolume) {
      await runtime.createVolume(names.stateVolume(input.planet), planetLabels(input.planet, "state"));
      undos.push(() => runtime.removeVolume(names.stateVolume(input.planet)));
    }
    const id = await runtime.createContainer({ ...spec, labels: { ...spec.labels, [LABEL.spec]: fingerprint } });
    undos.push(() => runtime.removeContainer(id));
    const saved = freshVolume
      ? Object.entries(input.savedState ?? {}).map(([name, content]) => ({
          path: `${STATE_DIR}/${name}`,
          content,
          mode: 0o600,
        }))
      : [];
    await runtime.putFiles(id, [
      { path: TOKEN_FILE, content: input.token, mode: 0o400 },
      { path: AUTHORITY_FILES.certificate, content: input.authority.certificate, mode: 0o444 },
      { path: AUTHORITY_FILES.key, content: input.authority.key, mode: 0o400 },
      ...saved,
    ]);
    await runtime.startContainer(id);
  } catch (error) {
    await undo();
    throw error;
  }
  return { block, changed: true, created: mine.length === 0 };
}

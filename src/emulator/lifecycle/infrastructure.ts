// Run by control: makes networks, wan and edge what the planet's active regions need. Level-triggered and idempotent.
import { createOrder } from "../component/in-order.ts";
import { AppError, asAppError } from "../../errors/app-error.ts";
import type { PlanetRecord } from "../model/records.ts";
import type { ContainerInfo, ContainerRuntime, ContainerSpec } from "../runtime/container-runtime.ts";
import { LABEL, names, planetLabels } from "../runtime/labels.ts";
import { edgeSpec, regionLeg, regionNetworkSpec, TOKEN_FILE, wanSpec } from "./planet-spec.ts";

export interface InfrastructureDeps {
  readonly planet: PlanetRecord;
  readonly runtime: ContainerRuntime;
  readonly image: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly servicePorts: readonly number[];
  readonly version: string;
  readonly token: string;
  readonly slotOf: (region: string) => number;
  readonly log: (text: string) => void;
}

export interface Infrastructure {
  /** Resolves when the networks of the regions exist and wan and edge run attached to all of them. */
  ensure(regions: readonly string[]): Promise<void>;
}

const COMPONENTS = ["wan", "edge"] as const;

async function ensureNetworks(deps: InfrastructureDeps, regions: readonly string[]): Promise<void> {
  const present = new Set(
    (await deps.runtime.listNetworks(planetLabels(deps.planet.name, "network"))).map(({ name }) => name),
  );
  const missing = regions.filter((code) => !present.has(names.regionNetwork(deps.planet.name, code)));
  await Promise.all(
    missing.map(async (code) => {
      try {
        await deps.runtime.createNetwork(regionNetworkSpec(deps.planet, code, deps.slotOf(code)));
      } catch (error) {
        if (!(error instanceof AppError && error.code === "CONFLICT")) throw error;
      }
    }),
  );
}

async function create(deps: InfrastructureDeps, spec: ContainerSpec): Promise<void> {
  const id = await deps.runtime.createContainer(spec);
  await deps.runtime.putFiles(id, [{ path: TOKEN_FILE, content: deps.token, mode: 0o400 }]);
  await deps.runtime.startContainer(id);
}

async function ensureComponent(
  deps: InfrastructureDeps,
  component: "wan" | "edge",
  regions: readonly string[],
  present: ContainerInfo | undefined,
): Promise<void> {
  const { planet, runtime, image, httpPort, httpsPort, servicePorts, version, slotOf } = deps;
  const input = {
    ...{ planet, image, httpPort, httpsPort, servicePorts, version },
    regions: regions.map((code) => ({ code, slot: slotOf(code) })),
  };
  const spec = component === "wan" ? wanSpec(input) : edgeSpec(input);
  if (present !== undefined && present.labels[LABEL.spec] !== spec.labels[LABEL.spec]) {
    deps.log(`${component}: made from another image, making it anew`);
    await runtime.removeContainer(present.id);
    present = undefined;
  }
  if (present === undefined) return create(deps, spec);
  const missing = regions.filter((code) => !present.networks.includes(names.regionNetwork(planet.name, code)));
  for (const code of missing) await runtime.connect(present.id, regionLeg(planet, component, code, slotOf(code)));
  if (present.state !== "running") {
    try {
      await runtime.startContainer(present.id);
    } catch (error) {
      // A container that a killed daemon left half dead cannot always be started again; nothing in it is worth keeping.
      deps.log(`${component}: does not start (${asAppError(error).message}), making it anew`);
      await runtime.removeContainer(present.id);
      await create(deps, spec);
    }
  }
}

export function createInfrastructure(deps: InfrastructureDeps): Infrastructure {
  const inOrder = createOrder();
  const ensureNow = async (regions: readonly string[]): Promise<void> => {
    await ensureNetworks(deps, regions);
    const containers = await deps.runtime.listContainers(planetLabels(deps.planet.name));
    await Promise.all(
      COMPONENTS.map((component) =>
        ensureComponent(
          deps,
          component,
          regions,
          containers.find(({ labels }) => labels[LABEL.component] === component),
        ),
      ),
    );
  };
  return {
    ensure: (regions) => inOrder(() => ensureNow(regions)),
  };
}

// Pure: which interface of the container is on which network of the planet.
import type { World, WorldRegion } from "../../contract/world.ts";
import { AppError } from "../../errors/app-error.ts";

/** The shape of `networkInterfaces()` of node:os, as far as it is needed. */
export type InterfaceListing = Readonly<
  Record<string, readonly { readonly address: string; readonly mac: string }[] | undefined>
>;

/** The region's network as an interface of this container. */
export interface RegionInterface {
  readonly region: WorldRegion;
  readonly name: string;
  readonly mac: string;
}

/**
 * The interface of each region of the world.
 * @throws CONFLICT when the container is not attached to all of their networks (yet).
 */
export function resolveRegionInterfaces(world: Pick<World, "regions">, listing: InterfaceListing): RegionInterface[] {
  const found = presentRegionInterfaces(world, listing);
  const missing = world.regions
    .map(({ code }) => code)
    .filter((code) => !found.some(({ region }) => region.code === code));
  if (missing.length > 0) {
    throw new AppError("CONFLICT", `wan is not attached to the network of ${missing.join(", ")} yet`, {
      details: { regions: missing },
    });
  }
  return found;
}

/** The interfaces of those regions of the world whose networks the container is attached to. */
export function presentRegionInterfaces(world: Pick<World, "regions">, listing: InterfaceListing): RegionInterface[] {
  return world.regions.flatMap((region) => {
    const match = findInterface(listing, (address) => isInSubnet24(address, region.subnet4));
    return match === undefined ? [] : [{ region, ...match }];
  });
}

/**
 * The name of the interface that has the management address.
 * @throws PLANET_START_FAILED
 */
export function resolveManagementInterface(address: string, listing: InterfaceListing): string {
  const match = findInterface(listing, (candidate) => candidate === address);
  if (match === undefined)
    throw new AppError("PLANET_START_FAILED", `No interface has the management address ${address}`);
  return match.name;
}

function findInterface(
  listing: InterfaceListing,
  accepts: (address: string) => boolean,
): { name: string; mac: string } | undefined {
  for (const [name, addresses = []] of Object.entries(listing)) {
    const match = addresses.find(({ address }) => accepts(address));
    if (match !== undefined) return { name, mac: match.mac };
  }
  return undefined;
}

/** All networks of the address plan are /24. */
function isInSubnet24(address: string, subnet: string): boolean {
  const prefix = subnet.slice(0, subnet.lastIndexOf(".") + 1);
  return address.startsWith(prefix) && !address.slice(prefix.length).includes(".");
}

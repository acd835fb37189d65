// What reaches services beside host names: the host's ports, which are remembered, and addresses.
import type { ServiceDoor } from "./doors.ts";
import { SHARED_V4 } from "./ip-addresses.ts";
import type { Store } from "./store/store.ts";
import { serviceDoors, type WorldInput } from "./world-view.ts";

export interface ServiceDoors {
  /** What each service has, or would get now. */
  present(): ServiceDoor[];
  /** The same for a new world; from now on each keeps what it has. */
  settle(): Required<Pick<WorldInput, "publicAddresses" | "flycast" | "servicePorts" | "previousDoors">>;
}

/** Name of the value in the store. */
const DOORS = "service_doors";

/** @param servicePorts ports of the host that are left to services */
export function createServiceDoors(store: Store, servicePorts: readonly number[]): ServiceDoors {
  const present = (): ServiceDoor[] =>
    serviceDoors({
      ...{ machines: store.machines(), servicePorts },
      previousDoors: JSON.parse(store.getValue(DOORS) ?? "[]") as ServiceDoor[],
    });
  const flycastOf = (app: string): string[] =>
    store.grants.ips(app).flatMap(({ type, ip }) => (type === "private_v6" ? [ip] : []));
  const publicAddressOf = (app: string): string =>
    store.grants.ips(app).find(({ type }) => type === "v4")?.ip ?? SHARED_V4;
  return {
    present,
    settle() {
      const previousDoors = present();
      store.setValue(DOORS, JSON.stringify(previousDoors));
      const ofApps = <Value>(value: (app: string) => Value): Map<string, Value> =>
        new Map(store.apps().map(({ name }) => [name, value(name)]));
      return {
        ...{ servicePorts, previousDoors },
        ...{ publicAddresses: ofApps(publicAddressOf), flycast: ofApps(flycastOf) },
      };
    },
  };
}

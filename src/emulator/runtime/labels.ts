// All names and labels of what a planet makes on the Docker engine. Labels say what exists and whose it is.

export const LABEL = {
  planet: "dev.hangar.planet",
  component: "dev.hangar.component",
  region: "dev.hangar.region",
  app: "dev.hangar.app",
  machine: "dev.hangar.machine",
  instance: "dev.hangar.instance",
  /** Name of a container in a machine of several. */
  container: "dev.hangar.container",
  /** A container that reads its secrets when it starts. */
  secrets: "dev.hangar.secrets",
  volume: "dev.hangar.volume",
  /** The run of control that a worker works for. */
  run: "dev.hangar.run",
  /** Hash of what the thing was made from: another hash means it has to be made anew. */
  spec: "dev.hangar.spec",
} as const;

export type Component = "control" | "wan" | "edge" | "machine" | "anchor" | "network" | "state" | "volume" | "worker";

export const names = {
  container: (planet: string, component: "control" | "wan" | "edge") => `hangar-${planet}-${component}`,
  machine: (planet: string, machineId: string, instanceId: string) =>
    `hangar-${planet}-${machineId}-${instanceId.slice(-6).toLowerCase()}`,
  machineNetwork: (planet: string, machineId: string) => `hangar-${planet}-${machineId}-network`,
  regionNetwork: (planet: string, region: string) => `hangar-${planet}-${region}`,
  /**
   * The engine takes a container's default routes from the dual-stack network whose name sorts first, and fights over
   * them at each attachment: the digit lets the management network win against every region.
   */
  managementNetwork: (planet: string) => `hangar-${planet}-0mgmt`,
  /** The engine's volume of a volume or of a snapshot. */
  volume: (planet: string, id: string) => `hangar-${planet}-${id}`,
  stateVolume: (planet: string) => `hangar-${planet}-state`,
} as const;

/** The labels of a thing of the planet; with no component: the filter that finds everything of it. */
export function planetLabels(
  planet: string,
  component?: Component,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { [LABEL.planet]: planet, ...(component === undefined ? {} : { [LABEL.component]: component }), ...more };
}

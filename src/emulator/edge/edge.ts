// Assembly: what edge is as a whole. Takes worlds, one after the other, and says which one is in force.
import { createOrder } from "../component/in-order.ts";
import { createWorldKeeper } from "../component/world-file.ts";
import type { ProbeRequest, ProbeResult } from "../../contract/probe.ts";
import type { ComponentStatus, World } from "../../contract/world.ts";
import { AppError, asAppError } from "../../errors/app-error.ts";
import type { DataPlane } from "./data-plane.ts";
import type { PolicyRouting } from "./policy-routing.ts";
import { probe, type ProbeDeps } from "./probe.ts";

export interface EdgeDeps {
  readonly dataPlane: DataPlane;
  readonly routing: PolicyRouting;
  readonly file: { load(): Promise<World | undefined>; save(world: World): Promise<void> };
  readonly probe: ProbeDeps;
  readonly startId: string;
  readonly pid: number;
  readonly log: (text: string) => void;
}

export interface Edge {
  status(): ComponentStatus;
  /** Puts the stored world in force as far as it can be; never fails. */
  restore(): Promise<void>;
  /**
   * Resolves with the version in force, once it is. Worlds that are not newer are ignored, except the first one after
   * the start: the stored world may come from before control's state was reset.
   * @throws PLANET_START_FAILED while edge is not attached to the networks of all its regions
   */
  putWorld(world: World): Promise<number>;
  /** @throws REGION_UNKNOWN */
  probe(request: ProbeRequest): Promise<ProbeResult>;
  /** Resolves with what is in flight at the machine: 0, or more after the deadline. */
  drain(machineId: string, timeoutMs: number): Promise<number>;
}

/** Puts data plane, policy routing and the stored world together. */
export function createEdge({ dataPlane, routing, file, probe: probeDeps, startId, pid, log }: EdgeDeps): Edge {
  let versionInForce = -1;
  let heardFromControl = false;

  const keep = createWorldKeeper(file, ({ version }, error) =>
    log(`world ${version} cannot be stored: ${asAppError(error).message}`),
  );

  const put = async (world: World): Promise<number> => {
    if (heardFromControl && world.version <= versionInForce) return versionInForce;
    const { missing } = await routing.apply(world);
    if (missing.length > 0) {
      throw new AppError("PLANET_START_FAILED", `edge is not attached to the network of ${missing.join(", ")} yet`, {
        details: { regions: missing },
      });
    }
    await dataPlane.apply(world, world.regions);
    versionInForce = world.version;
    heardFromControl = true;
    keep(world);
    return versionInForce;
  };
  const restore = async (): Promise<void> => {
    try {
      const world = await file.load();
      if (world === undefined) return;
      const { missing } = await routing.apply(world);
      await dataPlane.apply(
        world,
        world.regions.filter(({ code }) => !missing.includes(code)),
      );
      if (missing.length === 0) versionInForce = world.version;
      log(
        `world ${world.version} of the last run is in force${missing.length === 0 ? "" : ` without ${missing.join(", ")}`}`,
      );
    } catch (error) {
      log(`the world of the last run cannot be put in force: ${asAppError(error).message}`);
    }
  };
  const inOrder = createOrder();

  return {
    status: () => ({ component: "edge", worldVersion: versionInForce, startId, pid }),
    restore: () => inOrder(restore),
    putWorld: (world) => inOrder(() => put(world)),
    async probe({ from, to, family, count, intervalMs }) {
      const world = dataPlane.world();
      const [near, far] = [world?.regions.get(from), world?.regions.get(to)];
      if (world === undefined || near === undefined || far === undefined) {
        throw new AppError("REGION_UNKNOWN", `Region ${near === undefined ? from : to} is not active`);
      }
      return probe({ from: near, to: far, family, count, intervalMs, rttMs: world.rttMs(from, to) }, probeDeps);
    },
    drain: (machineId, timeoutMs) =>
      new Promise((resolve) => {
        const { load } = dataPlane;
        if (load.ofMachine(machineId) === 0) return resolve(0);
        const cancel = probeDeps.timer(timeoutMs, () => {
          forget();
          resolve(load.ofMachine(machineId));
        });
        const forget = load.whenIdle(machineId, () => {
          cancel();
          resolve(0);
        });
        return undefined;
      }),
  };
}

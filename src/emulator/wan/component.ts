// Assembly: what wan is as a whole. Takes worlds, one after the other, and says which one is in force.
import { createOrder } from "../component/in-order.ts";
import type { ComponentStatus, World } from "../../contract/world.ts";
import { asAppError } from "../../errors/app-error.ts";
import type { Router } from "./router.ts";
import { createWorldKeeper, type WorldFile } from "../component/world-file.ts";

export interface WanComponent {
  status(): ComponentStatus;
  /** Puts the stored world in force as far as it can be; never fails. */
  restore(): Promise<void>;
  /**
   * Resolves with the version in force, once it is. Worlds that are not newer are ignored, except the first one after
   * the start: the stored world may come from before control's state was reset.
   * @throws what Router.applyWorld throws
   */
  putWorld(world: World): Promise<number>;
}

export interface WanComponentDeps {
  readonly router: Router;
  /** Answers names of the world on the addresses of its regions. */
  readonly dns: { applyWorld(world: World): Promise<void> };
  readonly file: WorldFile;
  readonly startId: string;
  readonly pid: number;
  readonly log: (text: string) => void;
}

/** Puts router, DNS and the stored world together. */
export function createWanComponent({ router, dns, file, startId, pid, log }: WanComponentDeps): WanComponent {
  let versionInForce = -1;
  let heardFromControl = false;

  const keep = createWorldKeeper(file, ({ version }, error) =>
    log(`world ${version} cannot be stored: ${asAppError(error).message}`),
  );

  async function put(world: World): Promise<number> {
    if (heardFromControl && world.version <= versionInForce) return versionInForce;
    await router.applyWorld(world);
    await dns.applyWorld(world);
    versionInForce = world.version;
    heardFromControl = true;
    keep(world);
    return versionInForce;
  }

  async function restore(): Promise<void> {
    try {
      const world = await file.load();
      if (world === undefined) return;
      const { whole } = await router.applyWorld(world, { partly: true });
      await dns.applyWorld(world);
      if (whole) versionInForce = world.version;
      log(`world ${world.version} of the last run is in force${whole ? "" : " in part"}`);
    } catch (error) {
      log(`the world of the last run cannot be put in force: ${asAppError(error).message}`);
    }
  }

  const inOrder = createOrder();

  return {
    status: () => ({ component: "wan", worldVersion: versionInForce, startId, pid }),
    restore: () => inOrder(restore),
    putWorld: (world) => inOrder(() => put(world)),
  };
}

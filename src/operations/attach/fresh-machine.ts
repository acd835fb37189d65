// A machine that is there for one console: as the app's own, but without their services, volumes and checks.
import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { LaunchMachine, Machine } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";

export interface FreshMachineInput {
  readonly app: string;
  /** Default: where the machine is that it is made after. */
  readonly region?: string | undefined;
  /** Default: what the app's machines run. */
  readonly image?: string | undefined;
}

export interface FreshMachineDeps {
  readonly machines: Pick<MachinesApi, "list" | "create" | "wait" | "destroy">;
  /** A key that no other creation has. */
  readonly newKey: () => string;
}

const START_MS = 60_000;
/** The platform's own word for these machines, which deploys leave alone. */
const GROUP = "fly_app_console";

function bodyOf(model: Machine, { region, image }: FreshMachineInput): LaunchMachine {
  const { config } = model;
  return {
    region: region ?? model.region,
    config: {
      image: image ?? config.image,
      ...(config.env === undefined ? {} : { env: config.env }),
      ...(config.guest === undefined ? {} : { guest: config.guest }),
      init: { exec: ["/bin/sleep", "inf"] },
      restart: { policy: "no" },
      auto_destroy: true,
      dns: { skip_registration: true },
      metadata: { fly_process_group: GROUP },
    },
  };
}

/**
 * Makes a machine, does the work with it, and destroys it whatever came of the work.
 * @throws MACHINE_NOT_FOUND the app has none that it could be made after; DEADLINE
 */
export async function withFreshMachine<T>(
  input: FreshMachineInput,
  { machines, newKey }: FreshMachineDeps,
  work: (machine: Machine) => Promise<T>,
): Promise<T> {
  const { app } = input;
  const present = await machines.list(app);
  const model = present.find(({ config }) => config.metadata?.["fly_process_group"] !== GROUP);
  if (model === undefined)
    throw new AppError("MACHINE_NOT_FOUND", `App "${app}" has no machines`, { suggestions: ["hangar deploy"] });
  const machine = await machines.create(app, bodyOf(model, input), newKey());
  try {
    await machines.wait(app, machine.id, { state: "started", timeoutMs: START_MS });
    return await work(machine);
  } finally {
    await machines.destroy(app, machine.id, true);
  }
}

// Carries out the plan of one process group. The old version goes on serving until the new one has proved itself, and
// whatever fails is taken back.
import type { ControlClient } from "../../client/control-client.ts";
import type { Machine, MachineConfig } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { ProgressReporter } from "../progress.ts";
import { waitUntilHealthy } from "./health.ts";
import { CANARY_KEY, type GroupPlan } from "./plan.ts";

export interface RolloutDeps {
  readonly client: ControlClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: ProgressReporter;
}

export interface RolloutInput {
  readonly app: string;
  readonly waitTimeoutMs: number;
  /** Share of the machines that may be out of service at a time (below 1), or their number. */
  readonly maxUnavailable: number;
}

export interface Rolled {
  readonly machine: Machine;
  readonly action: "created" | "updated" | "unchanged";
}

const title = (group: string, region: string, id: string): string => `${id} [${group}] in ${region}`;

async function healthy(machine: Machine, group: string, input: RolloutInput, deps: RolloutDeps): Promise<Machine> {
  deps.progress.start(machine.id, title(group, machine.region, machine.id));
  try {
    const result = await waitUntilHealthy(
      {
        app: input.app,
        machine: machine.id,
        instanceId: machine.instance_id,
        waitTimeoutMs: input.waitTimeoutMs,
        onState: (text) => deps.progress.update(machine.id, text),
      },
      deps,
    );
    deps.progress.done(machine.id, "healthy");
    return result;
  } catch (error) {
    deps.progress.fail(machine.id, error instanceof AppError ? error.code : "failed");
    throw error;
  }
}

/** Destroys machines that the deploy made; goes on when one is gone already. */
export async function discard(machines: readonly Machine[], app: string, client: ControlClient): Promise<void> {
  for (const { id } of machines) {
    try {
      await client.destroyMachine(app, id);
    } catch (error) {
      if (!(error instanceof AppError && error.code === "MACHINE_NOT_FOUND")) throw error;
    }
  }
  await Promise.all(machines.map(({ id }) => client.waitMachine(app, id, "destroyed", { timeoutS: 60 })));
}

async function createAll(plan: GroupPlan, input: RolloutInput, deps: RolloutDeps): Promise<Machine[]> {
  const made: Machine[] = [];
  try {
    const results = await Promise.allSettled(
      plan.create.map(async (region) => {
        const machine = await deps.client.createMachine(input.app, { region, config: plan.config });
        made.push(machine);
        return healthy(machine, plan.group, input, deps);
      }),
    );
    const failure = results.find((result) => result.status === "rejected");
    if (failure !== undefined) throw failure.reason;
    return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  } catch (error) {
    await discard(made, input.app, deps.client);
    throw error;
  }
}

/**
 * Tries the new version on a machine of its own, out of the edge's sight. It stays, in service, while the others are
 * replaced, so that an app with a single machine is never without one.
 */
async function withCanary<T>(
  plan: GroupPlan,
  input: RolloutInput,
  deps: RolloutDeps,
  work: () => Promise<T>,
): Promise<T> {
  const [first] = plan.update;
  if (first === undefined || (plan.config.services ?? []).length === 0) return work();
  const config: MachineConfig = { ...plan.config, metadata: { ...plan.config.metadata, [CANARY_KEY]: "true" } };
  const canary = await deps.client.createMachine(input.app, {
    region: first.region,
    config,
    skip_service_registration: true,
  });
  try {
    await healthy(canary, `${plan.group}, canary`, input, deps);
    await deps.client.cordonMachine(input.app, canary.id, false);
    return await work();
  } finally {
    await discard([canary], input.app, deps.client);
  }
}

async function replace(machine: Machine, plan: GroupPlan, input: RolloutInput, deps: RolloutDeps): Promise<Machine> {
  const updated = await deps.client.updateMachine(input.app, machine.id, {
    config: plan.config,
    current_version: machine.instance_id,
  });
  return healthy(updated, plan.group, input, deps);
}

/** Puts the former configuration back. @throws DEPLOY_INCOMPLETE naming the machines that could not be */
async function restore(
  machines: readonly Machine[],
  input: RolloutInput,
  deps: RolloutDeps,
  cause: unknown,
): Promise<void> {
  // The user may have interrupted the deploy: taking it back must not be interrupted with it.
  const uninterrupted = { ...deps, signal: new AbortController().signal };
  const results = await Promise.allSettled(
    machines.map(async (machine) => {
      const back = await uninterrupted.client.updateMachine(input.app, machine.id, { config: machine.config });
      await waitUntilHealthy(
        {
          app: input.app,
          machine: back.id,
          instanceId: back.instance_id,
          waitTimeoutMs: input.waitTimeoutMs,
          onState: () => undefined,
        },
        uninterrupted,
      );
    }),
  );
  const failed = machines.filter((_, index) => results[index]?.status === "rejected");
  if (failed.length === 0) return;
  throw new AppError(
    "DEPLOY_INCOMPLETE",
    `The deploy failed, and ${failed.map(({ id }) => id).join(", ")} could not be put back to the old version`,
    {
      cause,
      suggestions: ["hangar status", "hangar deploy"],
    },
  );
}

async function updateAll(plan: GroupPlan, input: RolloutInput, deps: RolloutDeps): Promise<Machine[]> {
  const touched: Machine[] = [];
  const done: Machine[] = [];
  const size = Math.max(
    1,
    Math.floor(input.maxUnavailable < 1 ? plan.update.length * input.maxUnavailable : input.maxUnavailable),
  );
  try {
    for (let at = 0; at < plan.update.length; at += size) {
      deps.signal.throwIfAborted();
      const batch = plan.update.slice(at, at + size);
      touched.push(...batch);
      const results = await Promise.allSettled(batch.map((machine) => replace(machine, plan, input, deps)));
      const failure = results.find((result) => result.status === "rejected");
      if (failure !== undefined) throw failure.reason;
      done.push(...results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])));
    }
    return done;
  } catch (error) {
    await restore(touched, input, deps, error);
    throw error;
  }
}

/** Brings a process group to its new version, or leaves it as it was and throws why. */
export async function rollOut(plan: GroupPlan, input: RolloutInput, deps: RolloutDeps): Promise<Rolled[]> {
  const created: Machine[] = [];
  const updated = await withCanary(plan, input, deps, async () => {
    created.push(...(await createAll(plan, input, deps)));
    try {
      return await updateAll(plan, input, deps);
    } catch (error) {
      await discard(created, input.app, deps.client);
      throw error;
    }
  });
  return [
    ...created.map((machine) => ({ machine, action: "created" as const })),
    ...updated.map((machine) => ({ machine, action: "updated" as const })),
    ...plan.unchanged.map((machine) => ({ machine, action: "unchanged" as const })),
  ];
}

// Setting and removing secrets, and giving machines those that are staged.
import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { SecretsApi } from "../../client/machines/secrets-api.ts";
import { AppError } from "../../errors/app-error.ts";
import { closestWords } from "../../errors/did-you-mean.ts";
import type { ProgressReporter } from "../progress.ts";
import { secretStatus } from "./secret-status.ts";

export interface SecretsChange {
  /** Names, sorted. */
  readonly set: readonly string[];
  readonly removed: readonly string[];
  /** Version of the app's secrets after it. */
  readonly version: number;
}

/** Stages values. */
export async function setSecrets(
  app: string,
  values: Readonly<Record<string, string>>,
  secrets: Pick<SecretsApi, "update">,
): Promise<SecretsChange> {
  return { set: Object.keys(values).toSorted(), removed: [], version: await secrets.update(app, values) };
}

/** Stages the removal of secrets. @throws SECRET_NOT_FOUND before anything is removed */
export async function unsetSecrets(
  app: string,
  names: readonly string[],
  secrets: Pick<SecretsApi, "list" | "update">,
): Promise<SecretsChange> {
  const there = (await secrets.list(app)).map(({ name }) => name);
  for (const name of names) {
    if (there.includes(name)) continue;
    throw new AppError("SECRET_NOT_FOUND", `App "${app}" has no secret ${name}`, {
      suggestions: [...closestWords(name, there).map((near) => `use ${near}`), `hangar secrets list --app ${app}`],
    });
  }
  const version = await secrets.update(app, Object.fromEntries(names.map((name) => [name, null])));
  return { set: [], removed: [...names].toSorted(), version };
}

export interface DeploySecretsDeps {
  readonly secrets: Pick<SecretsApi, "list">;
  readonly machines: Pick<MachinesApi, "list" | "update" | "wait">;
  readonly progress: ProgressReporter;
}

export interface DeploySecretsInput {
  readonly app: string;
  /** Version that the machines must see; undefined: the newest there is. */
  readonly version?: number | undefined;
  /** Do it also where nothing is staged, as after a removal, which leaves no trace. */
  readonly force: boolean;
  readonly waitMs: number;
}

/**
 * Replaces the machines one after the other, with the configuration that they have, so that they get the secrets of now.
 * Machines that do not run get them without being started.
 * @returns IDs of the machines
 * @throws CONFLICT, LEASE_HELD, DEADLINE; machines before that one have them then
 */
export async function deploySecrets(input: DeploySecretsInput, deps: DeploySecretsDeps): Promise<string[]> {
  const { app, waitMs } = input;
  const [secrets, machines] = await Promise.all([deps.secrets.list(app), deps.machines.list(app)]);
  const stale = input.force
    ? machines
    : machines.filter((machine) => secrets.some(({ updated_at }) => secretStatus(updated_at, [machine]) === "staged"));
  for (const { id, region } of stale) deps.progress.plan(id, `Machine ${id} in ${region}`);
  for (const machine of stale) {
    const runs = ["started", "starting"].includes(machine.state);
    deps.progress.start(machine.id, `Machine ${machine.id} in ${machine.region}`);
    try {
      const next = await deps.machines.update(app, machine.id, {
        config: machine.config,
        current_version: machine.instance_id,
        ...(input.version === undefined ? {} : { min_secrets_version: input.version }),
        ...(runs ? {} : { skip_launch: true }),
      });
      const target = { state: "started", timeoutMs: waitMs, instanceId: next.instance_id } as const;
      if (runs && waitMs > 0) await deps.machines.wait(app, machine.id, target);
    } catch (error) {
      deps.progress.fail(machine.id);
      throw error;
    }
    deps.progress.done(machine.id);
  }
  return stale.map(({ id }) => id);
}

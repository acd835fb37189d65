// A fleet that outlives moments in which its target does not answer. What can be asked twice is asked again; what cannot,
// a creation and an update, is looked for first, so that nothing is done twice after an answer that was lost.
import type { LaunchMachine, Machine } from "../../../contract/machine.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { Clock } from "../../../platform/clock.ts";
import { CREATION_KEY } from "../../../contract/creation-key.ts";
import { canonical } from "../plan/canonical.ts";
import { isGone } from "../plan/managed.ts";
import type { Fleet, TargetFleet } from "./fleet.ts";

export interface SteadyDeps {
  readonly clock: Pick<Clock, "sleep">;
  /** A text that no other creation has. */
  readonly newKey: () => string;
}

const TRIES = 6;
const FIRST_PAUSE_MS = 100;
/** Failures after which nobody knows whether the request was carried out. */
const UNKNOWN: ReadonlySet<string> = new Set(["UNREACHABLE", "DEADLINE", "OUTCOME_UNKNOWN"]);

const isUnknown = (error: unknown): boolean => error instanceof AppError && UNKNOWN.has(error.code);

export function createSteadyFleet(fleet: TargetFleet, { clock, newKey }: SteadyDeps): Fleet {
  const again = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (!isUnknown(error) || attempt === TRIES) throw error;
      }
      await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  };
  /** Does something once: before another try, what it would have made is looked for. */
  const once = async (work: () => Promise<Machine>, find: () => Promise<Machine | undefined>): Promise<Machine> => {
    let tried = false;
    return again(async () => {
      const made = tried ? await find() : undefined;
      tried = true;
      return made ?? work();
    });
  };

  return {
    ...fleet,
    machines: () => again(() => fleet.machines()),
    machine: (id) => fleet.machine(id),
    create: (body) => {
      const key = newKey();
      return once(
        () => fleet.create(body, key),
        async () =>
          (await fleet.machines()).find(
            (machine) => !isGone(machine) && machine.config.metadata?.[CREATION_KEY] === key,
          ),
      );
    },
    update: async (id, body: LaunchMachine, nonce) => {
      const before = body.current_version ?? (await again(() => fleet.machine(id))).instance_id;
      return once(
        () => fleet.update(id, { ...body, current_version: before }, nonce),
        async () => {
          const now = await fleet.machine(id);
          return now.instance_id !== before && canonical(now.config) === canonical(body.config) ? now : undefined;
        },
      );
    },
    start: (id, nonce) => again(() => fleet.start(id, nonce)),
    destroy: (id, nonce) => again(() => fleet.destroy(id, nonce)),
    cordon: (id, cordoned, nonce) => again(() => fleet.cordon(id, cordoned, nonce)),
    gone: (id) => again(() => fleet.gone(id)),
    diagnosis: (id) => again(() => fleet.diagnosis(id)),
    volumes: () => again(() => fleet.volumes()),
    releases: (limit) => again(() => fleet.releases(limit)),
    definition: (release) => again(() => fleet.definition(release)),
    change: (id, body) => again(() => fleet.change(id, body)),
  };
}

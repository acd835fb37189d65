// Keeps the leases of a deploy: that of the release, which says that a deploy is at work, and those of the machines, which
// keep others from changing them. They run out by themselves when the program is killed.
import { AppError, asAppError } from "../../../errors/app-error.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { Fleet } from "./fleet.ts";

export interface Heartbeat {
  /** Aborted when the release was taken over by somebody else: nothing may be changed any more. */
  readonly lost: AbortSignal;
  /** Takes the leases of machines. @throws CONFLICT where somebody else holds one */
  take(machines: readonly string[]): Promise<void>;
  nonceOf(machine: string): string | undefined;
  /** Gives the machines' leases back and stops; the release's ends with its status. */
  end(): Promise<void>;
}

export interface HeartbeatInput {
  readonly release: { readonly id: string; readonly nonce: string };
  /** Seconds. */
  readonly ttlS: number;
}

const SECOND_MS = 1_000;

export function startHeartbeat({ release, ttlS }: HeartbeatInput, fleet: Fleet, clock: Clock): Heartbeat {
  const nonces = new Map<string, string>();
  const ending = new AbortController();
  const lost = new AbortController();
  const everyMs = Math.max(SECOND_MS / 2, ((ttlS - 1) / 3) * SECOND_MS);

  const beat = async (): Promise<void> => {
    await fleet.change(release.id, { nonce: release.nonce, ttl_s: ttlS });
    await Promise.allSettled(
      [...nonces].map(async ([machine, nonce]) => {
        // A lease that ran out, because this computer slept or was too busy to prolong it, comes back as another one.
        const present = await fleet.lease(machine, ttlS, nonce);
        if (present !== undefined) nonces.set(machine, present);
      }),
    );
  };
  const loop = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await clock.sleep(everyMs, ending.signal).catch(() => undefined);
      if (ending.signal.aborted) return;
      try {
        await beat();
      } catch (error) {
        // A control plane that does not answer is asked again; one that says no has given the release to somebody else.
        if (asAppError(error).code === "CONFLICT" && !ending.signal.aborted) {
          lost.abort(error);
          return;
        }
      }
    }
  };
  const looping = loop();

  return {
    lost: lost.signal,
    take: async (machines) => {
      await Promise.all(
        machines.map(async (machine) => {
          try {
            const nonce = await fleet.lease(machine, ttlS, nonces.get(machine));
            if (nonce !== undefined) nonces.set(machine, nonce);
          } catch (error) {
            if (error instanceof AppError && error.code === "MACHINE_NOT_FOUND") return;
            throw error;
          }
        }),
      );
    },
    nonceOf: (machine) => nonces.get(machine),
    end: async () => {
      ending.abort();
      await looping;
      await Promise.allSettled([...nonces].map(([machine, nonce]) => fleet.releaseLease(machine, nonce)));
    },
  };
}

// Ends a deploy whose program was killed: what had been switched to is finished, everything else is taken back.
import type { HeldRelease, Release } from "../../../contract/release.ts";
import { asAppError } from "../../../errors/app-error.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { ProgressReporter } from "../../progress.ts";
import type { Fleet } from "./fleet.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { createMachineWork } from "./machine-work.ts";
import { putBack } from "./put-back.ts";

export interface RecoverInput {
  /** Seconds that the lease is taken for. */
  readonly ttlS: number;
  readonly waitTimeoutMs: number;
  readonly maxUnavailable: number;
}

export interface RecoverDeps {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: ProgressReporter;
}

const LOOK_EVERY_MS = 250;
const STEP = "recover";

/** The release's lease once nobody prolongs it. @throws DEPLOY_RUNNING as soon as somebody does */
async function adopt(release: Release, ttlS: number, deps: RecoverDeps): Promise<HeldRelease | undefined> {
  const { fleet, clock, signal } = deps;
  const { lease_expires_at: firstSeen = 0 } = release;
  for (;;) {
    try {
      return await fleet.adopt(release, ttlS);
    } catch (thrown) {
      const error = asAppError(thrown);
      if (error.code === "CONFLICT") return undefined;
      if (error.code !== "DEPLOY_RUNNING") throw error;
      if (Number(error.details?.["expiresAt"] ?? 0) > firstSeen) throw error;
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/**
 * Finds a deploy that was cut short and ends it; does nothing where there is none.
 * @throws DEPLOY_RUNNING where one is at work; DEPLOY_INCOMPLETE
 */
export async function recover(input: RecoverInput, deps: RecoverDeps): Promise<void> {
  const { fleet, clock, progress } = deps;
  const [newest] = await fleet.releases(1);
  if (newest?.status !== "running") return;
  progress.start(STEP, `Release v${newest.version} was cut short`);
  const held = await adopt(newest, input.ttlS, deps);
  if (held === undefined) {
    progress.done(STEP, "it has ended meanwhile");
    return;
  }
  const heartbeat = startHeartbeat({ release: held, ttlS: input.ttlS }, fleet, clock);
  const work = { fleet, clock, progress, nonceOf: heartbeat.nonceOf };
  const options = { waitTimeoutMs: input.waitTimeoutMs, smokeChecks: false };
  try {
    const { journal } = held;
    if (journal?.phase === "committed") {
      const { destroy } = createMachineWork({ ...options, stamp: {} }, work, new AbortController().signal);
      await destroy(journal.doomed);
      await fleet.change(held.id, { nonce: held.nonce, status: "complete" });
      progress.done(STEP, "finished");
      return;
    }
    const status = { nonce: held.nonce, status: "interrupted", error: "the deploy was cut short" } as const;
    if (journal === undefined) {
      // Begun elsewhere: what was there before is not known here, so nothing is guessed. The deploy that follows converges.
      await fleet.change(held.id, status);
      progress.done(STEP, "what it changed is not known here and stays");
      return;
    }
    await putBack({ before: journal.before, release: held, maxUnavailable: input.maxUnavailable, work: options }, work);
    await fleet.change(held.id, status);
    progress.done(STEP, "taken back");
  } catch (error) {
    progress.fail(STEP);
    throw error;
  } finally {
    await heartbeat.end();
  }
}

// Watches one machine until it is healthy or certainly will not be. Fails at once when that is known: an exit, a refusal
// of the engine, a program that listens where the edge cannot reach it.
import type { Machine } from "../../contract/machine.ts";
import { AppError, asAppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Fleet } from "./execute/fleet.ts";
import { checkCounts, launchedAt, listensOnLoopbackOnly, refusingPort, unexpectedExit } from "./health-facts.ts";
import { type Awaited, failureOf, notObserved } from "./health-failure.ts";

export interface HealthInput extends Awaited {
  /** The instance that has to become healthy: events of earlier ones do not count. */
  readonly instanceId: string;
  /** The image that has to run. */
  readonly image: string;
  /** Whether a machine that has nothing to prove itself by has to stay up for a while. */
  readonly smokeChecks: boolean;
  readonly onState: (text: string) => void;
  /** What has to be done once the machine is started, before it is looked at any further. */
  readonly onStarted?: (machine: Machine) => Promise<void>;
}

export interface HealthDeps {
  readonly fleet: Pick<Fleet, "follow" | "diagnosis" | "smokeMs" | "checksPorts">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Longest time between two looks at a machine that does not change. */
const LOOK_MS = 500;
/** Pause where the target does not answer. */
const BLIND_PAUSE_MS = 250;
/** How often a machine that answers nothing is asked what it listens on. */
const DIAGNOSE_EVERY_MS = 1_000;
/** Failures of the observation, not of the machine. */
const UNSEEN: ReadonlySet<string> = new Set(["UNREACHABLE", "DEADLINE", "DOCKER_UNAVAILABLE"]);
/** A machine that was last seen this long ago was not observed. */
const BLIND_MS = 5_000;

function requireVersion(machine: Machine, input: HealthInput): void {
  if (machine.instance_id !== input.instanceId) {
    throw new AppError("CONFLICT", `Machine ${machine.id} was changed by somebody else during the deploy`, {
      suggestions: ["hangar deploy"],
    });
  }
  if (machine.config.image !== input.image) {
    throw new AppError(
      "WRONG_VERSION",
      `Machine ${machine.id} runs ${machine.config.image}, and ${input.image} was deployed to it`,
      { suggestions: ["hangar deploy"], details: { machine: machine.id, image: machine.config.image } },
    );
  }
}

/**
 * Resolves when the instance runs and its checks pass.
 * @throws MACHINE_EXITED, MACHINE_START_FAILED, APP_LOOPBACK_ONLY, WRONG_VERSION at once; APP_NOT_LISTENING,
 * CHECKS_FAILED at the deadline; NOT_OBSERVED where at the deadline nobody could tell
 */
export async function waitUntilHealthy(input: HealthInput, deps: HealthDeps): Promise<Machine> {
  const { fleet, clock, signal } = deps;
  const beganMs = clock.monotonic();
  let startedMs: number | undefined;
  let seenMs: number | undefined;
  let told = "";
  const tell = (text: string): void => {
    if (text !== told) input.onState(text);
    told = text;
  };
  let diagnosedMs = 0;
  const next = fleet.follow(input.machine);
  const look = async (): Promise<Machine | AppError> => {
    // A machine that has to stay up for a while is looked at when that is over.
    const smokeMs = startedMs === undefined ? LOOK_MS : startedMs + fleet.smokeMs - clock.monotonic();
    try {
      return await unlessAborted(next(smokeMs > 0 ? Math.min(LOOK_MS, smokeMs) : LOOK_MS), signal);
    } catch (thrown) {
      const error = asAppError(thrown);
      signal.throwIfAborted();
      if (!UNSEEN.has(error.code)) throw error;
      return error;
    }
  };
  for (;;) {
    signal.throwIfAborted();
    const machine = await look();
    const nowMs = clock.monotonic();
    // The start and the checks have the time each, as the platform counts it.
    const late = nowMs - (startedMs ?? beganMs) > input.waitTimeoutMs;
    if (machine instanceof AppError) {
      tell("not answered");
      const blindMs = seenMs === undefined ? undefined : nowMs - seenMs;
      if (late && (blindMs ?? Infinity) > BLIND_MS) throw notObserved(input, blindMs, machine);
      await clock.sleep(BLIND_PAUSE_MS, signal);
      continue;
    }
    seenMs = nowMs;
    const exit = unexpectedExit(machine, launchedAt(machine));
    if (exit !== undefined || machine.state === "failed") throw await failureOf(machine, input, fleet, exit);
    requireVersion(machine, input);
    if (machine.state === "started") {
      if (startedMs === undefined) {
        await input.onStarted?.(machine);
        startedMs = clock.monotonic();
      }
      const { passing, total } = checkCounts(machine, fleet.checksPorts);
      tell(total === 0 ? "started" : `started, ${passing}/${total} checks pass`);
      if (total > 0 ? passing === total : !input.smokeChecks || nowMs - startedMs >= fleet.smokeMs) return machine;
      const port = refusingPort(machine);
      if (port !== undefined && nowMs - diagnosedMs >= DIAGNOSE_EVERY_MS) {
        diagnosedMs = nowMs;
        const diagnosis = await fleet.diagnosis(input.machine);
        if (listensOnLoopbackOnly(diagnosis, port)) throw await failureOf(machine, input, fleet);
      }
    } else {
      tell(machine.state);
    }
    if (late) throw await failureOf(machine, input, fleet);
  }
}

/** The result, unless the signal fires first; the work goes on then, and nobody waits for it. @throws the signal's reason */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    over.abort();
  }
}

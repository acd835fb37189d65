// Watches one machine until it is healthy or certainly will not be. Fails at once when that is known: an exit, a refusal
// of the engine, a program that listens where the edge cannot reach it.
import type { Diagnosis } from "../../contract/planet.ts";
import type { Machine } from "../../contract/machine.ts";
import { AppError, asAppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Fleet } from "./execute/fleet.ts";

export interface HealthInput {
  readonly machine: string;
  /** The instance that has to become healthy: events of earlier ones do not count. */
  readonly instanceId: string;
  /** The image that has to run. */
  readonly image: string;
  readonly waitTimeoutMs: number;
  /** Whether a machine that has nothing to prove itself by has to stay up for a while. */
  readonly smokeChecks: boolean;
  readonly onState: (text: string) => void;
}

export interface HealthDeps {
  readonly fleet: Pick<Fleet, "machine" | "diagnosis" | "lookEveryMs" | "smokeMs" | "checksPorts">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How often a machine that answers nothing is asked what it listens on. */
const DIAGNOSE_EVERY_MS = 1_000;
/** Edge's own check of a service's port, for services that declare none. */
const PORT_CHECK = "hangar-port-";

/** What the machine's init prints when there is no such program, before it exits with 126 or 127. */
const INIT_REFUSAL = /^\[FATAL tini \(\d+\)\] (exec .* failed: .*)$/;

interface ExitSeen {
  readonly exitCode: number;
  readonly oomKilled: boolean;
}

/** The newest exit that nobody asked for since the machine was told to start this instance. */
export function unexpectedExit(machine: Machine, sinceMs: number): ExitSeen | undefined {
  for (const event of machine.events) {
    if (event.timestamp < sinceMs || event.type !== "exit") continue;
    const exit = event.request?.exit_event as
      | { exit_code?: unknown; oom_killed?: unknown; requested_stop?: unknown }
      | undefined;
    if (exit === undefined || exit.requested_stop === true) continue;
    return { exitCode: Number(exit.exit_code ?? 0), oomKilled: exit.oom_killed === true };
  }
  return undefined;
}

/** Time of the newest launch or update of a machine, in milliseconds since the epoch. */
export function launchedAt(machine: Machine): number {
  return machine.events.find(({ type }) => type === "launch" || type === "update")?.timestamp ?? 0;
}

/** TCP ports of services that no check looks at, in their own order: edge looks at these by itself. */
function uncheckedPorts({ services = [], checks = {} }: Machine["config"]): number[] {
  const first = services[0]?.internal_port;
  const checked = new Set([
    ...services.flatMap((service) => (service.checks ?? []).map(({ port }) => port ?? service.internal_port)),
    ...Object.values(checks).map(({ port }) => port ?? first),
  ]);
  const ports = services.flatMap(({ protocol, internal_port: port }) => (protocol === "tcp" ? [port] : []));
  return [...new Set(ports)].filter((port) => !checked.has(port));
}

function declaredChecks({ services = [], checks = {} }: Machine["config"]): number {
  return services.reduce((sum, service) => sum + (service.checks ?? []).length, Object.keys(checks).length);
}

/**
 * Passing and all checks of a machine.
 * @param checksPorts whether a port that has no check counts too, because the target looks at it by itself
 */
export function checkCounts(
  machine: Machine,
  checksPorts = true,
): { passing: number; total: number; failing: string[] } {
  const checks = machine.checks ?? [];
  const reported = new Set(checks.map(({ name }) => name));
  const missing = checksPorts
    ? uncheckedPorts(machine.config).filter((port) => !reported.has(`${PORT_CHECK}${port}`)).length
    : Math.max(0, declaredChecks(machine.config) - checks.length);
  const failing = checks.filter(({ status }) => status !== "passing").map(({ name, output }) => `${name}: ${output}`);
  return { passing: checks.length - failing.length, total: checks.length + missing, failing };
}

function tail(diagnosis: Diagnosis): string {
  return diagnosis.logTail.length === 0
    ? "it printed nothing"
    : `its last lines:\n${diagnosis.logTail.map((line) => `  ${line}`).join("\n")}`;
}

function listensOnLoopbackOnly(diagnosis: Diagnosis, port: number): boolean {
  const own = (diagnosis.listening ?? []).filter((socket) => socket.endsWith(`:${port}`));
  return own.length > 0 && own.every((socket) => socket.startsWith("127.") || socket.startsWith("[::1]"));
}

/** The error for a machine that did not become healthy, with what is known of it. */
async function failureOf(
  machine: Machine,
  input: HealthInput,
  deps: HealthDeps,
  exit: ExitSeen | undefined,
): Promise<AppError> {
  const diagnosis = await deps.fleet.diagnosis(input.machine);
  const where = `Machine ${machine.id} in ${machine.region}`;
  const details = { machine: machine.id, region: machine.region, ...diagnosis };
  const unstartable =
    exit === undefined
      ? undefined
      : diagnosis.logTail.map((line) => INIT_REFUSAL.exec(line)?.[1]).find((reason) => reason !== undefined);
  if (exit !== undefined && unstartable === undefined) {
    const why = exit.oomKilled ? ` (out of memory: it has ${machine.config.guest?.memory_mb ?? 256} MB)` : "";
    return new AppError("MACHINE_EXITED", `${where} exited with code ${exit.exitCode}${why}; ${tail(diagnosis)}`, {
      suggestions: [
        exit.oomKilled
          ? "give it more memory in [[vm]] of fly.toml"
          : `run the image by itself: docker run --rm ${machine.config.image}`,
      ],
      details: { ...details, exitCode: exit.exitCode, oomKilled: exit.oomKilled },
    });
  }
  if (machine.state === "failed" || unstartable !== undefined) {
    return new AppError(
      "MACHINE_START_FAILED",
      `${where} could not be started: ${unstartable ?? diagnosis.engineError ?? "the engine gave no reason"}`,
      {
        suggestions: ["check CMD and ENTRYPOINT of the Dockerfile, and [processes] of fly.toml"],
        details,
      },
    );
  }
  return portFailure(machine, diagnosis, input, where) ?? checksFailure(machine, diagnosis, input, where);
}

/** Ports that refuse, as far as the checks tell. */
function refusingPort(machine: Machine): number | undefined {
  const refusing = (machine.checks ?? []).find(
    ({ status, output }) => status !== "passing" && /refused|ECONNREFUSED/i.test(output),
  );
  const port = refusing === undefined ? undefined : /(\d+)$/.exec(refusing.name)?.[1];
  return port === undefined ? undefined : Number(port);
}

function portFailure(machine: Machine, diagnosis: Diagnosis, input: HealthInput, where: string): AppError | undefined {
  const port = refusingPort(machine);
  if (port === undefined) return undefined;
  const details = { machine: machine.id, region: machine.region, port, ...diagnosis };
  if (listensOnLoopbackOnly(diagnosis, port)) {
    return new AppError(
      "APP_LOOPBACK_ONLY",
      `${where} listens on 127.0.0.1:${port} only, where nothing outside the machine can reach it`,
      {
        suggestions: [`make the program listen on 0.0.0.0:${port} (or [::]:${port})`],
        details,
      },
    );
  }
  const others =
    diagnosis.listening === undefined
      ? ""
      : diagnosis.listening.length === 0
        ? "; it listens on no port at all"
        : `; it listens on ${diagnosis.listening.join(", ")}`;
  return new AppError(
    "APP_NOT_LISTENING",
    `${where} does not listen on port ${port} after ${input.waitTimeoutMs / 1_000} s${others}; ${tail(diagnosis)}`,
    {
      suggestions: [
        `make the program listen on 0.0.0.0:${port}`,
        "or set internal_port in fly.toml to the port it uses",
      ],
      details,
    },
  );
}

function checksFailure(machine: Machine, diagnosis: Diagnosis, input: HealthInput, where: string): AppError {
  const { failing } = checkCounts(machine, false);
  const what = failing.length === 0 ? `is ${machine.state}, not healthy,` : `fails ${failing.join("; ")}`;
  return new AppError("CHECKS_FAILED", `${where} ${what} after ${input.waitTimeoutMs / 1_000} s; ${tail(diagnosis)}`, {
    suggestions: ["hangar logs", "a slow start needs a longer grace_period in fly.toml, or --wait-timeout"],
    details: { machine: machine.id, region: machine.region, checks: machine.checks ?? [], ...diagnosis },
  });
}

/** Failures of the observation, not of the machine. */
const UNSEEN: ReadonlySet<string> = new Set(["UNREACHABLE", "DEADLINE", "DOCKER_UNAVAILABLE"]);
/** A machine that was last seen this long ago was not observed. */
const BLIND_MS = 5_000;

function notObserved(input: HealthInput, seenMs: number | undefined, cause: AppError): AppError {
  const last = seenMs === undefined ? "it was never seen" : `it was last seen ${Math.round(seenMs / 1_000)} s ago`;
  return new AppError(
    "NOT_OBSERVED",
    `Whether machine ${input.machine} is healthy could not be found out: ${last}, and then ${cause.message}`,
    { cause, suggestions: ["hangar status", "hangar doctor"], details: { machine: input.machine } },
  );
}

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
  const look = async (): Promise<Machine | AppError> => {
    try {
      return await fleet.machine(input.machine);
    } catch (thrown) {
      const error = asAppError(thrown);
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
      await clock.sleep(fleet.lookEveryMs, signal);
      continue;
    }
    seenMs = nowMs;
    const exit = unexpectedExit(machine, launchedAt(machine));
    if (exit !== undefined || machine.state === "failed") throw await failureOf(machine, input, deps, exit);
    requireVersion(machine, input);
    if (machine.state === "started") {
      startedMs ??= nowMs;
      const { passing, total } = checkCounts(machine, fleet.checksPorts);
      tell(total === 0 ? "started" : `started, ${passing}/${total} checks pass`);
      if (total > 0 ? passing === total : !input.smokeChecks || nowMs - startedMs >= fleet.smokeMs) return machine;
      const port = refusingPort(machine);
      if (port !== undefined && nowMs - diagnosedMs >= DIAGNOSE_EVERY_MS) {
        diagnosedMs = nowMs;
        const diagnosis = await fleet.diagnosis(input.machine);
        if (listensOnLoopbackOnly(diagnosis, port)) throw await failureOf(machine, input, deps, undefined);
      }
    } else {
      tell(machine.state);
    }
    if (late) throw await failureOf(machine, input, deps, undefined);
    await clock.sleep(fleet.lookEveryMs, signal);
  }
}

// What went wrong with a machine that did not become healthy, as the error that says it.
import type { Machine } from "../../contract/machine.ts";
import type { Diagnosis } from "../../contract/planet.ts";
import { AppError } from "../../errors/app-error.ts";
import type { Fleet } from "./execute/fleet.ts";
import { checkCounts, type ExitSeen, listensOnLoopbackOnly, refusingPort } from "./health-facts.ts";

/** What was waited for. */
export interface Awaited {
  readonly machine: string;
  readonly waitTimeoutMs: number;
}

/** What the machine's init prints when there is no such program, before it exits with 126 or 127. */
const INIT_REFUSAL = /^\[FATAL tini \(\d+\)\] (exec .* failed: .*)$/;

function tail(diagnosis: Diagnosis): string {
  return diagnosis.logTail.length === 0
    ? "it printed nothing"
    : `its last lines:\n${diagnosis.logTail.map((line) => `  ${line}`).join("\n")}`;
}

/** The error for a machine that did not become healthy, with what is known of it. */
export async function failureOf(
  machine: Machine,
  input: Awaited,
  fleet: Pick<Fleet, "diagnosis">,
  exit?: ExitSeen,
): Promise<AppError> {
  const diagnosis = await fleet.diagnosis(input.machine);
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

function portFailure(machine: Machine, diagnosis: Diagnosis, input: Awaited, where: string): AppError | undefined {
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

function checksFailure(machine: Machine, diagnosis: Diagnosis, input: Awaited, where: string): AppError {
  const { failing } = checkCounts(machine, false);
  const what = failing.length === 0 ? `is ${machine.state}, not healthy,` : `fails ${failing.join("; ")}`;
  return new AppError("CHECKS_FAILED", `${where} ${what} after ${input.waitTimeoutMs / 1_000} s; ${tail(diagnosis)}`, {
    suggestions: ["hangar logs", "a slow start needs a longer grace_period in fly.toml, or --wait-timeout"],
    details: { machine: machine.id, region: machine.region, checks: machine.checks ?? [], ...diagnosis },
  });
}

/** The error for a machine of which nobody can tell. @param seenMs milliseconds since it was last seen */
export function notObserved(input: Awaited, seenMs: number | undefined, cause: AppError): AppError {
  const last = seenMs === undefined ? "it was never seen" : `it was last seen ${Math.round(seenMs / 1_000)} s ago`;
  return new AppError(
    "NOT_OBSERVED",
    `Whether machine ${input.machine} is healthy could not be found out: ${last}, and then ${cause.message}`,
    { cause, suggestions: ["hangar status", "hangar doctor"], details: { machine: input.machine } },
  );
}

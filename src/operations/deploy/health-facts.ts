// Pure: what a machine's record and its diagnosis say of its health.
import type { Machine } from "../../contract/machine.ts";
import type { Diagnosis } from "../../contract/planet.ts";

/** Edge's own check of a service's port, for services that declare none. */
const PORT_CHECK = "hangar-port-";

export interface ExitSeen {
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

/** The port that refuses, as far as the checks tell. */
export function refusingPort(machine: Machine): number | undefined {
  const refusing = (machine.checks ?? []).find(
    ({ status, output }) => status !== "passing" && /refused|ECONNREFUSED/i.test(output),
  );
  const port = refusing === undefined ? undefined : /(\d+)$/.exec(refusing.name)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** Whether a program listens on the port where nothing outside of the machine can reach it. */
export function listensOnLoopbackOnly(diagnosis: Diagnosis, port: number): boolean {
  const own = (diagnosis.listening ?? []).filter((socket) => socket.endsWith(`:${port}`));
  return own.length > 0 && own.every((socket) => socket.startsWith("127.") || socket.startsWith("[::1]"));
}

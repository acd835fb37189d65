// Pure: which checks run against a machine.
import type { WorldCheck, WorldMachine } from "../../../contract/world.ts";

/** How often an implicit check looks; it costs the machine one connection. */
const IMPLICIT_INTERVAL_MS = 15_000;
const IMPLICIT_TIMEOUT_MS = 2_000;

/**
 * The machine's own checks, and for each TCP service without one on its port an implicit one: it tells a deploy whether
 * anything listens there, and has no say in routing.
 */
export function plannedChecks(machine: WorldMachine): readonly WorldCheck[] {
  const checked = new Set(machine.checks.map(({ port }) => port));
  const implicit: WorldCheck[] = [];
  for (const { protocol, internalPort: port } of machine.services) {
    if (protocol !== "tcp" || checked.has(port)) continue;
    checked.add(port);
    implicit.push({
      name: `hangar-port-${port}`,
      type: "tcp",
      port,
      intervalMs: IMPLICIT_INTERVAL_MS,
      timeoutMs: IMPLICIT_TIMEOUT_MS,
      gracePeriodMs: 0,
      gatesRouting: false,
    });
  }
  return [...machine.checks, ...implicit];
}

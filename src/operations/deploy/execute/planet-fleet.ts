// The machines of an app of a planet, through its control plane, which keeps the releases too.
import type { PlanetConnection } from "../../../client/planet-client.ts";
import type { TargetFleet } from "./fleet.ts";
import { createMachinesFleet } from "./machines-fleet.ts";

/** A machine without services has no port to prove itself by: it has to stay up this long. */
const SMOKE_MS = 2_000;
const LOG_LINES = 1_000;

export function createPlanetFleet({ api, client }: PlanetConnection, app: string): TargetFleet {
  const { releases } = client;
  return {
    ...createMachinesFleet(api, app),
    settleMs: 0,
    hidesByUpdate: true,
    smokeMs: SMOKE_MS,
    checksPorts: true,
    follow: (id) => {
      let seen: string | undefined;
      return async (timeoutMs) => {
        const answer = await client.watchMachine(app, id, { seen, timeoutMs });
        seen = answer.seen;
        return answer.machine;
      };
    },
    diagnosis: (id) => client.diagnosis(app, id),
    logs: async function* (id, signal) {
      const lines = client.logs(app, { follow: true, tail: LOG_LINES, machine: id }, signal);
      for await (const { stream, message } of lines) if (stream !== "platform") yield message;
    },
    releases: (limit) => releases.list(app, limit),
    definition: async (release) => (await releases.get(app, release.id)).definition,
    begin: (body) => releases.begin(app, body),
    adopt: (release, ttlS) => releases.adopt(app, release.id, ttlS),
    change: async (id, body) => void (await releases.change(app, id, body)),
  };
}

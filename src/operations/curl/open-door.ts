// Finds the door of the edge that this host can use, and warms its path up, so that what is measured is the distance.
import type { RegionCode } from "../../emulator/index.ts";
import type { TimedRequest, TimedResponse } from "../../platform/timed-request.ts";
import type { EdgeDoor } from "../planet/planet-access.ts";
import { requestHeaders } from "./request-parts.ts";

export interface OpenDoorInput {
  readonly from: readonly RegionCode[];
  /** For https: as whom the edge has to show itself, and who has to vouch for it. */
  readonly tls?: TimedRequest["tls"];
}

export interface OpenDoorDeps {
  /** Where the edge can be asked, best first. */
  readonly doors: readonly EdgeDoor[];
  readonly send: (request: TimedRequest) => Promise<TimedResponse>;
  readonly signal: AbortSignal;
}

/** Answered by the edge itself, without any app: `invalid` is reserved for names that do not exist. */
const WARM_UP_HOST = "warm-up.invalid";
/** The runtime compiles a path of code after some tens of runs; one run takes about a millisecond. */
const WARM_UP_REQUESTS = 30;
const WARM_UP_TIMEOUT_MS = 2_000;
/** A door that is not reachable from this host (an engine in a virtual machine) is known by its silence. */
const OPEN_TIMEOUT_MS = 250;

/** The first door that opens, warmed up; the last one where none does, so that the measurement says what is wrong. */
export async function openDoor(input: OpenDoorInput, deps: OpenDoorDeps): Promise<EdgeDoor> {
  for (const door of deps.doors) {
    const timeoutMs = door === deps.doors.at(-1) ? WARM_UP_TIMEOUT_MS : OPEN_TIMEOUT_MS;
    if (await warmUp(input, deps, door, timeoutMs)) return door;
  }
  return deps.doors.at(-1) ?? { address: "127.0.0.1", port: 0 };
}

async function warmUp(
  { from, tls }: OpenDoorInput,
  { send, signal }: OpenDoorDeps,
  door: EdgeDoor,
  timeoutMs: number,
): Promise<boolean> {
  for (let count = 0; count < WARM_UP_REQUESTS; count += 1) {
    const region = from[count % from.length];
    if (region === undefined) return true;
    const headers = requestHeaders({ host: WARM_UP_HOST, region, given: [], hasBody: false });
    try {
      await send({ ...door, method: "GET", path: "/", headers, timeoutMs, keepBytes: 0, tls, signal });
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }
  return true;
}

// The same request as users in several cities see it, one city after the other, so that they do not slow each other down.
import type { PlanetClient } from "../../client/planet-client.ts";
import { isRegionCode, type RegionCode, rttMs } from "../../emulator/index.ts";
import { type AppError, asAppError } from "../../errors/app-error.ts";
import type { TimedRequest, TimedResponse } from "../../platform/timed-request.ts";
import type { EdgeDoor } from "../planet/planet-access.ts";
import { type Explanation, parseExplanation } from "./explanation.ts";
import { openDoor, type OpenDoorDeps, type OpenDoorInput } from "./open-door.ts";
import { type Header, requestHeaders } from "./request-parts.ts";

/** The request as one city sees it; the shape of `curl --json`. Nothing is known where no response came. */
export interface CityResult {
  readonly from: RegionCode;
  readonly edge: string | null;
  readonly region: string | null;
  readonly machine: string | null;
  readonly status: number | null;
  /** All times count from the start of the request. */
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly firstByteMs: number | null;
  readonly totalMs: number | null;
  /** Between the city's edge and the region that served, by the shipped matrix. */
  readonly configuredRttMs: number | null;
  /** How the edge decided, where that was asked for. */
  readonly trace?: Explanation;
}

export interface CityMeasurement {
  readonly result: CityResult;
  readonly body: Buffer | undefined;
  /** Why there is no response. */
  readonly failure: AppError | undefined;
}

export interface MeasureCitiesInput extends OpenDoorInput {
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly headers: readonly Header[];
  readonly body: string | undefined;
  /** Requests per city. */
  readonly samples: number;
  /** Ask the edge how it decided. */
  readonly explain: boolean;
  readonly timeoutMs: number;
  readonly keepBytes: number;
}

export interface MeasureCitiesDeps extends OpenDoorDeps {
  readonly client: Pick<PlanetClient, "activateRegions">;
}

/** Measures all cities. A city without a response is a result too. @throws the signal's reason, or what activating throws */
export async function measureCities(input: MeasureCitiesInput, deps: MeasureCitiesDeps): Promise<CityMeasurement[]> {
  // Otherwise the first request of a city would also pay for its region's network.
  await deps.client.activateRegions(input.from);
  const door = await openDoor(input, deps);
  const measurements: CityMeasurement[] = [];
  for (const city of input.from) measurements.push(await measureCity(city, input, deps, door));
  return measurements;
}

function requestOf(
  city: RegionCode,
  input: MeasureCitiesInput,
  { signal }: MeasureCitiesDeps,
  door: EdgeDoor,
): TimedRequest {
  const headers = requestHeaders({
    host: input.host,
    region: city,
    given: input.headers,
    hasBody: input.body !== undefined,
    explain: input.explain,
  });
  const { method, path, body, timeoutMs, keepBytes } = input;
  return { ...door, method, path, headers, body, timeoutMs, keepBytes, tls: input.tls, signal };
}

async function measureCity(
  city: RegionCode,
  input: MeasureCitiesInput,
  deps: MeasureCitiesDeps,
  door: EdgeDoor,
): Promise<CityMeasurement> {
  const request = requestOf(city, input, deps, door);
  const responses: TimedResponse[] = [];
  let failure: AppError | undefined;
  for (let count = 0; count < input.samples; count += 1) {
    try {
      responses.push(await deps.send(request));
    } catch (error) {
      deps.signal.throwIfAborted();
      failure = asAppError(error);
      // More samples would wait for the same deadline again.
      if (failure.code === "DEADLINE") break;
    }
  }
  const typical = medianByFirstByte(responses);
  if (typical === undefined) return { result: withoutResponse(city), body: undefined, failure };
  const trace = input.explain ? parseExplanation(typical.headers["hangar-trace"]) : undefined;
  const result = { ...resultOf(city, typical), ...(trace === undefined ? {} : { trace }) };
  return { result, body: typical.body, failure: undefined };
}

/** The response in the middle by its first byte; of an even number, the earlier one. */
export function medianByFirstByte<Response extends { readonly firstByteMs: number }>(
  responses: readonly Response[],
): Response | undefined {
  const sorted = responses.toSorted((a, b) => a.firstByteMs - b.firstByteMs);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

function resultOf(city: RegionCode, response: TimedResponse): CityResult {
  const { edge, region, machine } = parseTrace(response.headers["hangar-trace"]);
  return {
    from: city,
    edge,
    region,
    machine,
    status: response.status,
    dnsMs: 0,
    connectMs: roundMs(response.connectMs),
    tlsMs: roundMs(response.tlsMs),
    firstByteMs: roundMs(response.firstByteMs),
    totalMs: roundMs(response.totalMs),
    configuredRttMs:
      edge !== null && region !== null && isRegionCode(edge) && isRegionCode(region) ? rttMs(edge, region) : null,
  };
}

function withoutResponse(from: RegionCode): CityResult {
  return {
    from,
    edge: null,
    region: null,
    machine: null,
    status: null,
    dnsMs: null,
    connectMs: null,
    tlsMs: null,
    firstByteMs: null,
    totalMs: null,
    configuredRttMs: null,
  };
}

interface Trace {
  readonly edge: string | null;
  readonly region: string | null;
  readonly machine: string | null;
}

/** What edge says of the way that a request took; all unknown where it says nothing that can be read. */
export function parseTrace(header: string | undefined): Trace {
  const word = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
  try {
    const trace = (JSON.parse(header ?? "null") ?? {}) as Record<string, unknown>;
    return { edge: word(trace["edge"]), region: word(trace["region"]), machine: word(trace["machine"]) };
  } catch {
    return { edge: null, region: null, machine: null };
  }
}

/** Microseconds are as fine as the clock is. */
function roundMs(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

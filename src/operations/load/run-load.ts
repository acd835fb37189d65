// Requests from several cities at times that are fixed beforehand: an open loop, whose rate does not sink when answers
// become slow, as users do not wait for each other.
import type { PlanetClient } from "../../client/planet-client.ts";
import type { RegionCode } from "../../emulator/index.ts";
import { asAppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { KeptConnections, KeptRequest } from "../../platform/kept-connections.ts";
import { parseTrace } from "../curl/measure-cities.ts";
import { openDoor, type OpenDoorDeps, type OpenDoorInput } from "../curl/open-door.ts";
import { type Header, requestHeaders } from "../curl/request-parts.ts";
import type { EdgeDoor } from "../planet/planet-access.ts";
import type { ProgressReporter } from "../progress.ts";
import { planSchedule, type Schedule, type ScheduleInput } from "./schedule.ts";
import { type CityLoad, Tally } from "./tally.ts";

export interface LoadInput extends ScheduleInput, OpenDoorInput {
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly headers: readonly Header[];
  readonly body: string | undefined;
  /** From when a request is due. */
  readonly timeoutMs: number;
}

export interface LoadDeps extends OpenDoorDeps {
  readonly client: Pick<PlanetClient, "activateRegions">;
  readonly connect: (door: EdgeDoor, tls: OpenDoorInput["tls"]) => KeptConnections;
  readonly clock: Clock;
  readonly progress: ProgressReporter;
}

/** A city, with what it sends and what came of it. */
interface Sender {
  readonly request: KeptRequest;
  readonly tally: Tally;
}

const STEP = "load";
const PROGRESS_STEPS = 20;
const MIN_PROGRESS_MS = 1_000;
/** A sender that is behind catches up in bursts: between them it has to hear of answers and of an interruption. */
const BURST = 50;

/** Sends all requests and waits for the last answer. @throws USAGE, the signal's reason, or what activating throws */
export async function runLoad(input: LoadInput, deps: LoadDeps): Promise<CityLoad[]> {
  const { progress, signal } = deps;
  const schedule = planSchedule(input);
  // Otherwise the first requests would also pay for their regions' networks.
  await deps.client.activateRegions(input.from);
  const connections = deps.connect(await openDoor(input, deps), input.tls);
  const senders = input.from.map((city) => ({ request: requestFrom(city, input), tally: new Tally(city) }));
  const stop = (): void => connections.close();
  signal.addEventListener("abort", stop, { once: true });
  progress.start(STEP, titleOf(input));
  try {
    await sendAll(input, schedule, connections, senders, deps);
    signal.throwIfAborted();
  } catch (error) {
    progress.fail(STEP);
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    connections.close();
  }
  progress.done(STEP, countsOf(senders));
  return senders.map(({ tally }) => tally.result());
}

async function sendAll(
  { durationMs }: LoadInput,
  schedule: Schedule,
  connections: KeptConnections,
  senders: readonly Sender[],
  { clock, progress, signal }: LoadDeps,
): Promise<void> {
  const pending = new Set<Promise<void>>();
  const everyMs = Math.max(MIN_PROGRESS_MS, durationMs / PROGRESS_STEPS);
  const beganMs = clock.monotonic();
  let reportAtMs = beganMs + everyMs;
  for (let index = 0; index < schedule.total; index += 1) {
    const dueMs = beganMs + schedule.dueMs(index);
    const waitMs = dueMs - clock.monotonic();
    if (waitMs > 0 || index % BURST === 0) await clock.sleep(Math.max(0, waitMs), signal);
    const sender = senders[schedule.turn(index)];
    if (sender === undefined) break;
    const exchange = exchangeOf(sender, dueMs, connections, clock);
    pending.add(exchange);
    void exchange.then(() => pending.delete(exchange));
    if (clock.monotonic() < reportAtMs) continue;
    reportAtMs += everyMs;
    progress.update(STEP, countsOf(senders));
  }
  await Promise.all(pending);
}

/** Never fails: what goes wrong is counted. */
async function exchangeOf(
  { request, tally }: Sender,
  dueMs: number,
  connections: KeptConnections,
  clock: Clock,
): Promise<void> {
  const sentMs = clock.monotonic();
  const lateMs = Math.max(0, sentMs - dueMs);
  tally.sending(lateMs);
  // Timers fire up to a millisecond early, which must not make the way look shorter than it is.
  const sinceMs = Math.min(dueMs, sentMs);
  try {
    const timeoutMs = Math.max(1, request.timeoutMs - lateMs);
    const { status, headers } = await connections.send({ ...request, timeoutMs });
    tally.answered(status, parseTrace(headers["hangar-trace"]).region, clock.monotonic() - sinceMs);
  } catch (error) {
    tally.failed(asAppError(error).code, clock.monotonic() - sinceMs);
  }
}

function requestFrom(
  city: RegionCode,
  { host, method, path, headers: given, body, timeoutMs }: LoadInput,
): KeptRequest {
  const headers = requestHeaders({ host, region: city, given, hasBody: body !== undefined });
  return { method, path, headers, body, timeoutMs };
}

function titleOf({ rps, from, durationMs }: LoadInput): string {
  const cities = from.length === 1 ? "one city" : `${from.length} cities`;
  return `Sending ${rps} requests per second from ${cities} for ${durationMs / 1_000} s`;
}

function countsOf(senders: readonly Sender[]): string {
  let [sent, ok, done] = [0, 0, 0];
  for (const { tally } of senders) {
    sent += tally.sent;
    ok += tally.ok;
    done += tally.done;
  }
  return `${sent} sent, ${ok} ok, ${done - ok} errors, ${sent - done} under way`;
}

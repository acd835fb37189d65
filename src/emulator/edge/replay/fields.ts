// Pure: the fields that tell a replayed request where it comes from, and the changes that a replay makes to the request.
import type { ReplayInstruction, ReplayTransform } from "./instruction.ts";

export interface ReplayOrigin {
  readonly machine: string;
  readonly region: string;
  /** Microseconds since the epoch. */
  readonly atUs: number;
  readonly state: string | undefined;
}

/** The value of fly-replay-src (RP-10), as a field line. */
export function renderReplaySource({ machine, region, atUs, state }: ReplayOrigin): string {
  return `fly-replay-src: instance=${machine};region=${region};t=${atUs}${state === undefined ? "" : `;state=${state}`}\r\n`;
}

export type FallbackReason = "timeout" | "retries_exhausted" | "no_candidate";

export interface FailedReplay {
  readonly instruction: ReplayInstruction;
  readonly app: string;
  /** The machine that asked for the replay. */
  readonly source: string;
  readonly reason: FallbackReason;
  readonly elapsedMs: number;
}

/** The value of fly-replay-failed (RP-11), as a field line. */
export function renderReplayFailed({ instruction, app, source, reason, elapsedMs }: FailedReplay): string {
  const instance = instruction.instance ?? instruction.preferInstance;
  const parts = [
    ...(instance === undefined ? [] : [`instance=${instance}`]),
    `app=${app}`,
    ...(instruction.regions === undefined ? [] : [`region=${listOf(instruction.regions)}`]),
    `replay_source=${source}`,
    `reason=${reason}`,
    `elapsed_ms=${Math.round(elapsedMs)}`,
  ];
  return `fly-replay-failed: ${parts.join(";")}\r\n`;
}

function listOf(regions: readonly string[]): string {
  return regions.length === 1 ? regions[0]! : `"${regions.join(",")}"`;
}

/** Names that frame or address the request, or that the platform alone sets: a transform leaves them alone. */
const NEVER_CHANGED =
  /^(?:content-length|transfer-encoding|connection|upgrade|host|via|(?:fly|hangar|x-forwarded)-.*)$/;

/** The client's field lines after a transform. */
export function transformLines(lines: string, { deleteHeaders, setHeaders }: ReplayTransform): string {
  const set = setHeaders.filter(({ name }) => !NEVER_CHANGED.test(name.toLowerCase()));
  const gone = new Set([...deleteHeaders, ...set.map(({ name }) => name.toLowerCase())]);
  const kept = lines
    .split("\r\n")
    .filter((line) => line !== "" && (!gone.has(nameOf(line)) || NEVER_CHANGED.test(nameOf(line))))
    .map((line) => `${line}\r\n`);
  return `${kept.join("")}${set.map(({ name, value }) => `${name}: ${value}\r\n`).join("")}`;
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(":")).toLowerCase();
}

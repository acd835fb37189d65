// Pure: where one request is going: to the app that the client named, or where a replay, the replay cache or a fallback has
// sent it.
import type { EdgeFault } from "./app-errors.ts";
import type { CacheEntry } from "./replay/cache.ts";
import { type FallbackReason, renderReplayFailed } from "./replay/fields.ts";
import type { ReplayInstruction } from "./replay/instruction.ts";
import { resolveReplay } from "./replay/resolve.ts";
import type { Wish } from "./route.ts";
import type { WorldIndex } from "./world-index.ts";

export interface Course {
  readonly app: string;
  readonly wish: Wish | undefined;
  /** Field lines that the app receives because of it. */
  readonly lines: string;
  /** A machine that must not be chosen. */
  readonly avoided: string | undefined;
  /** The replay that led here. */
  readonly replay: ReplayStep | undefined;
  /** What the replay cache knew. */
  readonly cached: CacheEntry | undefined;
  /** Back at the app that asked for a replay which failed: it must not ask again (RP-11). */
  readonly isFallback: boolean;
}

export interface ReplayStep {
  readonly instruction: ReplayInstruction;
  /** The app and the machine that asked for it. */
  readonly sourceApp: string;
  readonly sourceMachine: string;
  readonly startedMs: number;
}

/** The way that a client's request takes at first. */
export function firstCourse(app: string, wish: Wish | undefined, lines = ""): Course {
  return { app, wish, lines, avoided: undefined, replay: undefined, cached: undefined, isFallback: false };
}

/** The way that a replay names, or the fault that it has. @param lines what the target is told */
export function replayCourse(step: ReplayStep, lines: string, world: WorldIndex): Course | EdgeFault {
  const { instruction, sourceApp, sourceMachine } = step;
  const resolved = resolveReplay(instruction, { machine: sourceMachine, app: sourceApp }, world);
  if (typeof resolved === "string") return resolved;
  return { ...resolved, lines, replay: step, cached: undefined, isFallback: false };
}

/** The way that the replay cache knows, or the fault that it has by now. */
export function cachedCourse(entry: CacheEntry, world: WorldIndex): Course | EdgeFault {
  const resolved = resolveReplay(entry.instruction, { machine: entry.source, app: entry.app }, world);
  if (typeof resolved === "string") return resolved;
  return { ...resolved, lines: cacheStatus("hit"), replay: undefined, cached: entry, isFallback: false };
}

/** The way back to the app whose replay has failed, where it asked for that. */
export function fallbackCourse({ replay, app }: Course, reason: FallbackReason, nowMs: number): Course | undefined {
  if (replay?.instruction.fallback === undefined) return undefined;
  const { instruction, sourceApp, sourceMachine: source, startedMs } = replay;
  const wish = { instance: source, onlyInstance: instruction.fallback === "force_self", onlyRegions: false };
  const lines = renderReplayFailed({ instruction, app, source, reason, elapsedMs: nowMs - startedMs });
  return { ...firstCourse(sourceApp, wish, lines), isFallback: true };
}

/** RC-07 */
export function cacheStatus(status: "hit" | "miss" | "bypass"): string {
  return `fly-replay-cache-status: ${status}\r\n`;
}

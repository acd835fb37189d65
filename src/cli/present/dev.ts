// A dev run as lines and as what stays at the bottom of a terminal.
import type { DevEvent } from "../../operations/dev/dev-events.ts";
import type { MachineRow } from "../../operations/status/read-status.ts";
import type { Painter } from "../output/color.ts";
import { formatSeconds } from "../output/progress.ts";

/** Regions are told apart by these, in the order in which they are first seen. */
const COLORS = ["cyan", "magenta", "yellow", "blue", "green", "red"] as const;
/** Names of changed files that fit on a line. */
const MOST_NAMES = 3;

export type RegionPainter = (region: string, text: string) => string;

/** Each region has its colour. */
export function createRegionPainter(paint: Painter): RegionPainter {
  const known = new Map<string, (typeof COLORS)[number]>();
  return (region, text) => {
    const color = known.get(region) ?? COLORS[known.size % COLORS.length] ?? "cyan";
    known.set(region, color);
    return paint(color, text);
  };
}

export interface DevPainters {
  readonly paint: Painter;
  readonly inRegion: RegionPainter;
}

/** The line for an event; undefined where it is none. */
export function renderDevEvent(event: DevEvent, { paint, inRegion }: DevPainters): string | undefined {
  switch (event.event) {
    case "ready":
      return paint("green", "Ready: watching for changes");
    case "change": {
      const how = event.how === "sync" ? "into the machines" : `a deploy, because of ${event.because ?? ""}`;
      return paint("dim", `Changed: ${namesOf(event.files)} (${how})`);
    }
    case "live":
      return paint("green", `Live after ${formatSeconds(event.ms)}`);
    case "failed":
      return `${paint("red", `Failed: ${event.error}`)}\n${paint("dim", "Waiting for the next change")}`;
    case "progress":
      return paint("dim", event.text);
    case "log":
      return `${inRegion(event.region, `${event.region} ${event.machine.slice(-4)}`)} ${paint("dim", "|")} ${event.message}`;
    case "machines":
      return undefined;
    default:
      return event satisfies never;
  }
}

/** A machine in one line. */
export function renderDevMachine({ id, region, state, checks }: MachineRow, { inRegion, paint }: DevPainters): string {
  const healthy = state === "started" && checks.passing === checks.total;
  const health = checks.total === 0 ? "" : ` ${checks.passing}/${checks.total} checks`;
  return `${paint(healthy ? "green" : "yellow", "●")} ${inRegion(region, region)} ${id} ${state}${health}`;
}

function namesOf(files: readonly string[]): string {
  const more = files.length - MOST_NAMES;
  return [...files.slice(0, MOST_NAMES), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

/** What a terminal shows of a run at one moment. */
export interface DevState {
  readonly machines: readonly MachineRow[];
  readonly work: "starting" | "watching" | "changing" | "failed";
  /** The last change: its files, and when it was live. */
  readonly last: { readonly files: readonly string[]; readonly ms: number | undefined } | undefined;
}

export const DEV_START: DevState = { machines: [], work: "starting", last: undefined };

/** The state after an event. */
export function reduceDev(state: DevState, event: DevEvent): DevState {
  if (event.event === "machines") return { ...state, machines: event.machines };
  if (event.event === "ready") return { ...state, work: "watching" };
  if (event.event === "failed") return { ...state, work: "failed" };
  if (event.event === "change") return { ...state, work: "changing", last: { files: event.files, ms: undefined } };
  if (event.event === "live")
    return { ...state, work: "watching", last: { files: state.last?.files ?? [], ms: event.ms } };
  return state;
}

/** The last change in one line. */
export function renderDevWork({ work, last }: DevState): string {
  if (work === "starting") return "Deploying";
  if (last === undefined) return "Watching for changes";
  const files = namesOf(last.files);
  if (work === "failed") return `${files}: failed, waiting for the next change`;
  return last.ms === undefined ? `${files}: changing` : `${files}: live after ${formatSeconds(last.ms)}`;
}

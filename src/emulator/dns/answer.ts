// Pure: what the platform's private names stand for, asked from a region of a world. Names that are not ours are said to
// be somebody else's; what a message looks like is message.ts's business.
import type { World, WorldMachine } from "../../contract/world.ts";

/** What to answer: records of one name, all of the type asked for, or that somebody else has to be asked. */
export type DnsAnswer =
  | { readonly kind: "records"; readonly type: "AAAA" | "TXT"; readonly values: readonly string[] }
  /** The name exists, but has nothing of the type asked for. */
  | { readonly kind: "empty" }
  | { readonly kind: "no-such-name" }
  | { readonly kind: "forward" };

export interface DnsQuestion {
  /** Without a dot at the end; in any case of letters. */
  readonly name: string;
  readonly type: string;
}

const EMPTY: DnsAnswer = { kind: "empty" };
const NO_SUCH_NAME: DnsAnswer = { kind: "no-such-name" };
/** Names that no resolver of the host must be asked for: they cannot mean anything there, and offline it would not answer. */
const NEVER_FORWARDED =
  /(?:^|\.)(?:localhost|local|flycast|18\.198\.in-addr\.arpa|19\.198\.in-addr\.arpa|a\.a\.d\.f\.ip6\.arpa)$/;

/** Answers a question that was asked on wan's address in a region. */
export function resolveName(question: DnsQuestion, world: World, fromRegion: string): DnsAnswer {
  const labels = question.name.toLowerCase().split(".");
  if (labels.at(-1) === "flycast" && labels.length === 2) return ofFlycast(question, labels[0]!, world);
  if (labels.at(-1) !== "internal") {
    const isForeign = labels.length > 1 && !NEVER_FORWARDED.test(labels.join("."));
    return isForeign ? { kind: "forward" } : NO_SUCH_NAME;
  }
  if (labels.length === 2 && labels[0] === "_apps")
    return text(
      question,
      world.apps.map(({ name }) => name),
    );
  const app = labels.at(-2);
  if (app === undefined || !world.apps.some(({ name }) => name === app)) return NO_SUCH_NAME;
  const machines = world.machines.filter((machine) => machine.app === app);
  return ofApp(question, labels.slice(0, -2), machines, world, fromRegion);
}

/** Flycast addresses stay while the app's machines are stopped: a request to them may start one. */
function ofFlycast({ type }: DnsQuestion, name: string, world: World): DnsAnswer {
  const { flycast = [] } = world.apps.find((app) => app.name === name) ?? {};
  if (flycast.length === 0) return NO_SUCH_NAME;
  return type === "AAAA" ? { kind: "records", type, values: flycast } : EMPTY;
}

/** The part of the name before `<app>.internal` says which machines, or which list. */
function ofApp(
  question: DnsQuestion,
  labels: readonly string[],
  machines: readonly WorldMachine[],
  world: World,
  fromRegion: string,
): DnsAnswer {
  const started = machines.filter((machine) => machine.started);
  const path = labels.join(".");
  if (path === "" || path === "global") return addresses(question, started);
  if (path === "vms" || path === "all.vms")
    return text(
      question,
      (path === "vms" ? started : machines).map(({ id, region }) => `${id} ${region}`),
    );
  if (path === "regions" || path === "all.regions") {
    return text(
      question,
      [...new Set((path === "regions" ? started : machines).map(({ region }) => region))].toSorted(),
    );
  }
  if (/^[a-z]{3}$/.test(path))
    return addresses(
      question,
      started.filter(({ region }) => region === path),
    );
  const nearest = /^top(\d{1,3})\.nearest\.of$/.exec(path);
  if (nearest !== null)
    return addresses(question, nearestFirst(started, world, fromRegion).slice(0, Number(nearest[1])));
  const [name, kind] = labels;
  if (labels.length === 2 && kind === "vm") {
    const machine = machines.find(({ id }) => id === name);
    if (machine === undefined) return NO_SUCH_NAME;
    return addresses(question, machine.started ? [machine] : []);
  }
  if (labels.length === 2 && kind === "process")
    return addresses(
      question,
      started.filter(({ processGroup }) => processGroup.toLowerCase() === name),
    );
  return NO_SUCH_NAME;
}

function nearestFirst(machines: readonly WorldMachine[], world: World, fromRegion: string): WorldMachine[] {
  const rttMs = (region: string): number => {
    if (region === fromRegion) return 0;
    return (
      world.links.find(({ a, b }) => (a === region && b === fromRegion) || (a === fromRegion && b === region))?.rttMs ??
      Infinity
    );
  };
  const distances = new Map(machines.map(({ region }) => [region, rttMs(region)]));
  return machines.toSorted((a, b) => (distances.get(a.region) ?? Infinity) - (distances.get(b.region) ?? Infinity));
}

/** Private addresses are IPv6 only, as on the platform. */
function addresses({ type }: DnsQuestion, machines: readonly WorldMachine[]): DnsAnswer {
  if (type !== "AAAA" || machines.length === 0) return EMPTY;
  return { kind: "records", type, values: machines.map(({ address6 }) => address6) };
}

/** One comma-separated text. */
function text({ type }: DnsQuestion, entries: readonly string[]): DnsAnswer {
  return type === "TXT" ? { kind: "records", type, values: [entries.join(",")] } : EMPTY;
}

// Where requests enter by the host name that they give. Clients give few of them again and again, so what a name means in the
// world in force is worked out once.
import type { Entrance } from "./dispatcher.ts";
import { type EdgeError, explainEntry } from "./edge-errors.ts";
import { type Entry, resolveEntry } from "./entry-region.ts";
import type { HttpFeatures } from "./http-features.ts";
import { renderEntranceFields, renderServerFields } from "./platform-fields.ts";
import type { WorldIndex } from "./world-index.ts";

/** Names come from clients, and there is no end to them. */
const MAX_KEPT = 1_024;
/** The longest name that DNS has, and a port. */
const MAX_KEPT_LENGTH = 260;

export interface HostEntry {
  /** As the client gives it. */
  readonly host: string;
  /** "" where the name leads to none. */
  readonly app: string;
  /** The entry region. */
  readonly region: string;
  /** Why the request goes nowhere. */
  readonly refusal: EdgeError | undefined;
  readonly features: HttpFeatures | undefined;
  /** The address at which the client has found the app: Flycast's, or its public one (HD-02). */
  readonly publicAddress: string;
  /** Field lines for the app and for the client that are the same for all requests. */
  readonly requestLines: string;
  readonly responseLines: string;
}

/** Gives the entry of a host name. @param clientRegion what the client says about where it is */
export type HostEntries = (host: string, clientRegion: string | undefined, world: WorldIndex | undefined) => HostEntry;

/** The entries of one entrance. @param server value of the Server field */
export function createHostEntries(entrance: Entrance, server: string): HostEntries {
  const responseLines = renderServerFields(server, entrance.version);
  let of: WorldIndex | undefined;
  const kept = new Map<string, HostEntry>();

  const enter = (host: string, clientRegion: string | undefined, world: WorldIndex | undefined): Entry => {
    const home = world?.home ?? "local";
    const { app, region = home } = entrance;
    if (app !== undefined) return { kind: "entered", app, region };
    return resolveEntry(host, clientRegion, home, (name) => world?.hostname(name)?.app);
  };
  const entryOf = (host: string, clientRegion: string | undefined, world: WorldIndex | undefined): HostEntry => {
    const entry = enter(host, clientRegion, world);
    const entered = entry.kind === "entered";
    const { app, region } = entered ? entry : { app: "", region: world?.home ?? "local" };
    return {
      ...{ host, app, region, refusal: entered ? undefined : explainEntry(entry), responseLines },
      features: world?.features(app, entrance.port),
      publicAddress: entrance.address ?? world?.apps.get(app)?.publicAddress ?? world?.regions.get(region)?.edge4 ?? "",
      requestLines: renderEntranceFields({ ...entrance, region }),
    };
  };

  return (host, clientRegion, world) => {
    if (clientRegion !== undefined || host.length > MAX_KEPT_LENGTH) return entryOf(host, clientRegion, world);
    if (of !== world || kept.size >= MAX_KEPT) {
      of = world;
      kept.clear();
    }
    let entry = kept.get(host);
    if (entry === undefined) kept.set(host, (entry = entryOf(host, undefined, world)));
    return entry;
  };
}

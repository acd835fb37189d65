// Pure: what an app has set for a port, by the host name under which clients ask for it before there is a whole request.
import { resolveEntry } from "./entry-region.ts";
import type { HttpFeatures } from "./http-features.ts";
import type { WorldIndex } from "./world-index.ts";

/** Clients name the host early; what comes later in a head that does not end is not looked at. */
const MAX_SEARCHED_BYTES = 2_048;

/** @param host with or without a port */
export function featuresOfHost(host: string, port: number, world: WorldIndex | undefined): HttpFeatures | undefined {
  const entry = resolveEntry(host, undefined, "", (name) => world?.hostname(name)?.app);
  return entry.kind === "entered" ? world?.features(entry.app, port) : undefined;
}

/** The host that an unfinished head names; undefined: none yet. */
export function hostOfPart(part: Buffer): string | undefined {
  return /\r\nhost:[ \t]*([^\r\n]*?)[ \t]*\r?\n/i.exec(part.toString("latin1", 0, MAX_SEARCHED_BYTES))?.[1];
}

// Pure: the wishes that a client states in fields of its request (fly-prefer-…, fly-force-…).
import { FIELD } from "./http1/field-names.ts";
import type { Head } from "./http1/head.ts";
import { regionTests } from "./replay/region-list.ts";
import type { Wish } from "./route.ts";

/** The wish of a request, or undefined where it has none that can be followed. Forcing counts before preferring. */
export function readWish(head: Head, bytes: Buffer): Wish | undefined {
  if (!head.has(FIELD.routing)) return undefined;
  const value = (name: string): string | undefined => {
    const given = head.valueNamed(bytes, FIELD.routing, name)?.trim();
    return given === "" ? undefined : given;
  };
  const forcedInstance = value("fly-force-instance-id");
  const instance = forcedInstance ?? value("fly-prefer-instance-id");
  const forcedRegions = value("fly-force-region");
  const regions = readRegions(forcedRegions ?? value("fly-prefer-region"));
  if (instance === undefined && regions === undefined) return undefined;
  return {
    ...(instance === undefined ? {} : { instance }),
    ...(regions === undefined ? {} : { regions }),
    onlyInstance: forcedInstance !== undefined,
    onlyRegions: forcedRegions !== undefined,
  };
}

/** Names that are no regions allow nothing: a forced list of them leads nowhere, a preferred one to the nearest. */
function readRegions(list: string | undefined): Wish["regions"] {
  return list
    ?.split(",")
    .map((entry) => entry.trim().toLowerCase())
    .map((entry) => regionTests([entry])?.[0] ?? (() => false));
}

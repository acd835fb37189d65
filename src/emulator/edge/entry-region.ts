// Pure: which app a request is for and in which region it enters the platform.
import { findRetiredRegion, isRegionCode, suggestRegion } from "../topology/regions.ts";

export type Entry =
  | { readonly kind: "entered"; readonly app: string; readonly region: string }
  /** The host name has none of the forms. */
  | { readonly kind: "unknown-host"; readonly host: string }
  | {
      readonly kind: "unknown-region";
      readonly region: string;
      readonly retired: boolean;
      readonly suggestions: readonly string[];
    };

/** Suffixes of host names that lead here: the planet's own, and the one that the app has on the platform. */
const SUFFIXES: readonly string[] = [".localhost", ".fly.dev"];

/**
 * The region in the host name counts first, then the one that the client names in a field, then the planet's home.
 * @param host the Host field's value, with or without a port
 * @param clientRegion the value of Hangar-Client-Region
 * @param ownerOf the app that has the name, in lower case, for its own
 * @example resolveEntry("syd.my-app.localhost:8080", undefined, "iad") // my-app, entered in syd
 */
export function resolveEntry(
  host: string,
  clientRegion: string | undefined,
  home: string,
  ownerOf: (name: string) => string | undefined = () => undefined,
): Entry {
  const name = host.replace(/:\d*$/, "").replace(/\.$/, "").toLowerCase();
  const suffix = SUFFIXES.find((candidate) => name.endsWith(candidate));
  const labels = suffix === undefined ? [] : name.slice(0, -suffix.length).split(".");
  const [first = "", second] = labels;
  const isPlanets = labels.length <= 2 && !labels.includes("") && first !== "";
  const app = isPlanets ? (second ?? first) : ownerOf(name);
  if (app === undefined) return { kind: "unknown-host", host: name };
  const region = !isPlanets || second === undefined ? clientRegion?.trim().toLowerCase() : first;
  if (region === undefined || region === "") return { kind: "entered", app, region: home };
  if (isRegionCode(region)) return { kind: "entered", app, region };
  return {
    kind: "unknown-region",
    region,
    retired: findRetiredRegion(region) !== undefined,
    suggestions: suggestRegion(region),
  };
}

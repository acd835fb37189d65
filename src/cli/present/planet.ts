// Results about planets as text for people.
import type { DownResult } from "../../operations/planet/down.ts";
import type { UpResult } from "../../operations/planet/up.ts";

/** What `up` has to say at its end. */
export function renderUp({ planet, changed, status, url, secureUrl, controlUrl }: UpResult): string {
  const active = status.regions.filter((region) => region.active).map(({ code }) => code);
  return [
    `Planet "${planet}" is ${changed ? "up" : "up already"}; active regions: ${active.join(", ")} (home: ${status.home})`,
    `  edge          ${url}  (http://APP.localhost:${new URL(url).port}, or http://REGION.APP.localhost:${new URL(url).port})`,
    `  with TLS      ${secureUrl}  (https://APP.localhost:${new URL(secureUrl).port}; hangar certs trust makes browsers accept it)`,
    `  Machines API  ${controlUrl}`,
  ].join("\n");
}

/** What `down` and `reset` have to say. */
export function renderDown({ planet, removed, kept }: DownResult): string {
  if (removed.containers + removed.networks + removed.volumes === 0) return `Planet "${planet}" was not up`;
  return `Planet "${planet}" is down: ${count(removed.containers, "container")}, ${count(removed.networks, "network")} and ${count(removed.volumes, "volume")} removed${kept ? "; its apps come back with hangar up" : ""}`;
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? "" : "s"}`;
}

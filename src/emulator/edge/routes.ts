// Pure: the policy routing of edge, as input of `ip -batch`. Each of its addresses leaves through its own region's network,
// where wan is the next hop, also towards another address of edge itself: the way between two regions is then paid even
// inside this one network namespace. For that the kernel's local table, which would answer first, moves behind our rules.
import type { World, WorldRegion } from "../../contract/world.ts";

/** A rule as `ip -json rule show` prints it, as far as it is needed. */
export interface Rule {
  readonly priority: number;
  readonly src: string;
  readonly iif?: string;
  readonly table: string;
}

/** A region and the interface on its network. */
export interface RegionRoute {
  readonly region: WorldRegion;
  readonly device: string;
}

/** Order of the rules: what comes in is delivered, what we send takes its region's table, all else is as usual. */
const PRIORITY = { kernelLocal: 0, deliver: 5, region: 10, local: 20 } as const;
const OURS: readonly number[] = Object.values(PRIORITY);
/** Clear of the kernel's tables (253 to 255) and of Docker, which uses none. */
const FIRST_TABLE = 1_000;

/** The rules that are to be there in the ranges that are ours. */
export function wantedRules(regions: readonly RegionRoute[], family: 4 | 6): Rule[] {
  return [
    { priority: PRIORITY.local, src: "all", table: "local" },
    ...regions.flatMap(({ region, device }) => [
      { priority: PRIORITY.deliver, src: "all", iif: device, table: "local" },
      { priority: PRIORITY.region, src: edgeAddress(region, family), iif: "lo", table: tableOf(region) },
    ]),
  ];
}

/**
 * What changes the present rules into the wanted ones. New rules come before old ones go: at no moment is a packet
 * without the rule that it needs.
 */
export function planRules(present: readonly Rule[], wanted: readonly Rule[]): string[] {
  const has = (rules: readonly Rule[], rule: Rule): boolean => rules.some((other) => render(other) === render(rule));
  return [
    ...wanted.filter((rule) => !has(present, rule)).map((rule) => `rule add ${render(rule)}`),
    ...present
      .filter((rule) => OURS.includes(rule.priority) && !has(wanted, rule))
      .map((rule) => `rule del ${render(rule)}`),
  ];
}

/** The tables of the regions; may be applied again over what is there. */
export function planRoutes(regions: readonly RegionRoute[], family: 4 | 6): string[] {
  return regions.flatMap(({ region, device }) => {
    const place = `dev ${device} table ${tableOf(region)}`;
    return [
      `route replace local ${edgeAddress(region, family)} ${place}`,
      `route replace ${family === 4 ? region.subnet4 : region.subnet6} ${place}`,
      `route replace default via ${family === 4 ? region.wan4 : region.wan6} ${place}`,
    ];
  });
}

/** Our own way out: Docker moves the default route to whichever network it likes best on each attachment. */
export function planDefaultRoute(managementAddress: string, device: string): string {
  return `route replace default via ${managementAddress.replace(/\d+$/, "1")} dev ${device}`;
}

/** Flycast addresses belong to the loopback device: whatever network a packet for them comes in from, it is for edge. */
export function planFlycast(apps: World["apps"], present: Readonly<Record<string, unknown>>): string[] {
  const wanted = apps.flatMap(({ flycast = [] }) => flycast);
  return wanted
    .filter((address) => !JSON.stringify(present["lo"] ?? []).includes(`"${address}"`))
    .map((address) => `address replace ${address}/128 dev lo nodad`);
}

function render({ priority, src, iif, table }: Rule): string {
  return `pref ${priority} from ${src}${iif === undefined ? "" : ` iif ${iif}`} lookup ${table}`;
}

function tableOf(region: WorldRegion): string {
  return String(FIRST_TABLE + region.slot);
}

function edgeAddress(region: WorldRegion, family: 4 | 6): string {
  return family === 4 ? region.edge4 : region.edge6;
}

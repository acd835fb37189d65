// Pure: the addresses, policy rules, routes and packet filter of wan as input texts of `ip -batch` and
// `iptables-restore`. All of it may be applied again over what is there, whole or half.
import type { World } from "../../contract/world.ts";
import type { RegionInterface } from "./interfaces.ts";

/** The TUN device that delays packets. */
export const TUN_NAME = "wan0";
/** The chains that belong to us; others in the container's namespace are Docker's. */
export const CHAINS = { input: "HANGAR-INPUT", forward: "HANGAR-FORWARD", masquerade: "HANGAR-MASQUERADE" } as const;

/** Room of all planets' networks; nothing in it is the internet. */
const PLANETS_4 = "198.18.0.0/15";
const ACROSS = 100;
/** Marks our rules, so that those of a killed predecessor are found. Not one of the kernel's known origins. */
const RULE_PROTOCOL = 68;

/**
 * Policy rules, the same for both IP versions. Only what comes in from a region's network is looked up in the table
 * that leads into the TUN; what comes out of it, our own answers and answers from the internet are delivered at once.
 */
export function planRules(management: string): string {
  return lines([
    `rule flush protocol ${RULE_PROTOCOL}`,
    `rule add pref 1000 iif lo lookup main protocol ${RULE_PROTOCOL}`,
    `rule add pref 1001 iif ${management} lookup main protocol ${RULE_PROTOCOL}`,
    `rule add pref 1002 iif ${TUN_NAME} lookup main protocol ${RULE_PROTOCOL}`,
    `rule add pref 1003 lookup ${ACROSS} protocol ${RULE_PROTOCOL}`,
    // Segments come in whole thanks to the offloads; a long queue rides out bursts while the packet thread writes.
    `link set dev ${TUN_NAME} up mtu 1500 txqueuelen 10000`,
  ]);
}

/** Tables, and preferences of rules, for Flycast: before the rules that lead into the TUN. */
const FIRST_FLYCAST_TABLE = 900;
const FLYCAST_PROTOCOL = 69;

export interface RoutePlan {
  /** For `ip -4 -batch` and `ip -6 -batch`. */
  readonly batch4: string;
  readonly batch6: string;
  /** For `iptables-restore --noflush`; the jumps into the chains are not in it. */
  readonly filter: string;
}

/** Everything that depends on the world and on the interfaces of its regions. */
export function planRoutes(
  world: Pick<World, "block">,
  regions: readonly RegionInterface[],
  management: string,
): RoutePlan {
  const { secondOctet, firstThirdOctet, ulaNetwork } = world.block;
  const managementPrefix = `198.${secondOctet}.${firstThirdOctet + 31}`;
  const block4 = `198.${secondOctet}.${firstThirdOctet}.0/19`;
  const flycast6 = `fdaa:0:${ulaNetwork.toString(16)}::/64`;
  const block6 = `fdaa:0:${ulaNetwork.toString(16)}::/48`;
  return {
    batch4: lines([
      ...regions
        .filter(({ region, mac }) => mac !== macOf(ulaNetwork, region.slot))
        .map(({ region, name }) => `link set dev ${name} address ${macOf(ulaNetwork, region.slot)}`),
      ...regions.map(({ region, name }) => `addr replace ${region.wan4}/24 dev ${name}`),
      // Docker picks a default route among the networks by name, and again on each attachment.
      `route replace default via ${managementPrefix}.1 dev ${management}`,
      `route replace ${block4} dev ${TUN_NAME} table ${ACROSS}`,
      `route replace unreachable ${managementPrefix}.0/24 table ${ACROSS}`,
      `route replace unreachable ${PLANETS_4} table ${ACROSS}`,
    ]),
    batch6: lines([
      ...regions.map(({ region, name }) => `addr replace ${region.wan6}/64 dev ${name} nodad`),
      // There is no way out over IPv6, and Docker's default route leads to ourselves.
      "route flush exact default",
      `route replace ${block6} dev ${TUN_NAME} table ${ACROSS}`,
      // Flycast addresses are edge's in every region: who asks for one gets to the edge beside it.
      `rule flush protocol ${FLYCAST_PROTOCOL}`,
      ...regions.flatMap(({ region, name }) => {
        const table = FIRST_FLYCAST_TABLE + region.slot;
        return [
          `route replace ${flycast6} via ${region.edge6} dev ${name} table ${table}`,
          `rule add pref ${table} iif ${name} to ${flycast6} lookup ${table} protocol ${FLYCAST_PROTOCOL}`,
        ];
      }),
    ]),
    filter: lines([
      "*filter",
      `:${CHAINS.input} - [0:0]`,
      `:${CHAINS.forward} - [0:0]`,
      `-A ${CHAINS.input} -i lo -j ACCEPT`,
      `-A ${CHAINS.input} ! -i ${management} -d ${managementPrefix}.0/24 -j DROP`,
      `-A ${CHAINS.forward} -i ${management} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
      `-A ${CHAINS.forward} -i ${management} -j DROP`,
      `-A ${CHAINS.forward} -o ${management} -d ${PLANETS_4} -j DROP`,
      `-A ${CHAINS.forward} -o ${management} ! -s ${block4} -j DROP`,
      "COMMIT",
      "*nat",
      `:${CHAINS.masquerade} - [0:0]`,
      `-A ${CHAINS.masquerade} -s ${block4} -o ${management} -j MASQUERADE`,
      "COMMIT",
    ]),
  };
}

/** Where packets enter our chains: `iptables` arguments after -C (is it there?) or -A (append it). */
export const JUMPS: readonly { readonly table: string; readonly rule: readonly string[] }[] = [
  { table: "filter", rule: ["INPUT", "-j", CHAINS.input] },
  { table: "filter", rule: ["FORWARD", "-j", CHAINS.forward] },
  { table: "nat", rule: ["POSTROUTING", "-j", CHAINS.masquerade] },
];

/**
 * The same hardware address after each restart: machines remember the one of their default route for up to a minute,
 * and would send into the void that long if it changed.
 */
export function macOf(ulaNetwork: number, slot: number): string {
  return ["02", "68", "77", ulaNetwork >> 8, ulaNetwork & 0xff, slot]
    .map((part) => (typeof part === "string" ? part : part.toString(16).padStart(2, "0")))
    .join(":");
}

function lines(list: readonly string[]): string {
  return `${list.join("\n")}\n`;
}

// Pure: which addresses the planet's networks, infrastructure and machines have. The default room is 198.18.0.0/15
// (set aside for benchmarks by RFC 2544, so it clashes with nobody's LAN), cut into 16 blocks of 32 /24 networks: one
// block per planet, one network per region in it, the last one for management. IPv6 is a ULA in the platform's own
// shape: fdaa | network id (32 bits) | region (16 bits).

/** How many planets fit side by side. */
export const BLOCKS = 16;
/** The slot of the management network in each block. */
export const MANAGEMENT_SLOT = 31;
/** Highest machine number in a region: addresses .2 to .240 (.253 is edge, .254 is wan, .1 the bridge). */
export const MAX_MACHINE_NUMBER = 239;

/** The last octet of edge's IPv4 address in every region. */
export const EDGE_HOST = 253;

export interface RegionAddresses {
  readonly subnet4: string;
  readonly subnet6: string;
  readonly bridge4: string;
  readonly bridge6: string;
  readonly wan4: string;
  readonly wan6: string;
  /** The address Docker gives wan; wan itself adds wan4 and wan6, which Docker keeps free as default gateways. */
  readonly wanDocker4: string;
  readonly wanDocker6: string;
  readonly edge4: string;
  readonly edge6: string;
}

export interface ManagementAddresses {
  readonly subnet4: string;
  /** Nothing speaks IPv6 here: the engine prefers dual-stack networks for default routes. */
  readonly subnet6: string;
  readonly bridge6: string;
  readonly bridge4: string;
  readonly control4: string;
  readonly wan4: string;
  readonly edge4: string;
}

/** Octets and hextet that identify a block: 198.<secondOctet>.<firstThirdOctet + slot>.0/24, fdaa:0:<ulaNetwork>:<slot + 1>::/64. */
export function blockOf(block: number): { secondOctet: number; firstThirdOctet: number; ulaNetwork: number } {
  return { secondOctet: 18 + (block >> 3), firstThirdOctet: (block & 7) * 32, ulaNetwork: block + 1 };
}

function prefixes(block: number, slot: number): { four: string; six: string } {
  const { secondOctet, firstThirdOctet, ulaNetwork } = blockOf(block);
  return {
    four: `198.${secondOctet}.${firstThirdOctet + slot}`,
    six: `fdaa:0:${ulaNetwork.toString(16)}:${(slot + 1).toString(16)}`,
  };
}

/** The IPv4 prefix that holds all networks of a block. */
export function blockPrefix4(block: number): string {
  const { secondOctet, firstThirdOctet } = blockOf(block);
  return `198.${secondOctet}.${firstThirdOctet}.0/19`;
}

/** The addresses of the region in a slot (0 to 30) of a block. */
export function regionAddresses(block: number, slot: number): RegionAddresses {
  const { four, six } = prefixes(block, slot);
  return {
    subnet4: `${four}.0/24`,
    subnet6: `${six}::/64`,
    bridge4: `${four}.1`,
    bridge6: `${six}::1`,
    wan4: `${four}.254`,
    wan6: `${six}::fe`,
    wanDocker4: `${four}.252`,
    wanDocker6: `${six}::fc`,
    edge4: `${four}.${EDGE_HOST}`,
    edge6: `${six}::fd`,
  };
}

/** The addresses on the management network of a block, which only control, wan and edge are attached to. */
export function managementAddresses(block: number): ManagementAddresses {
  const { four, six } = prefixes(block, MANAGEMENT_SLOT);
  return {
    subnet4: `${four}.0/24`,
    subnet6: `${six}::/64`,
    bridge6: `${six}::1`,
    bridge4: `${four}.1`,
    control4: `${four}.2`,
    wan4: `${four}.3`,
    edge4: `${four}.4`,
  };
}

/** The addresses of the n-th machine (1 to MAX_MACHINE_NUMBER) of a region; the IPv6 one ends in :2, as on the platform. */
export function machineAddresses(block: number, slot: number, number: number): { address4: string; address6: string } {
  const { four, six } = prefixes(block, slot);
  return { address4: `${four}.${number + 1}`, address6: `${six}:a7b:0:${number.toString(16)}:2` };
}

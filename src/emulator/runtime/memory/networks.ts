// The networks of the in-memory engine: overlap of subnets and addresses in use.
import { BlockList, isIPv6 } from "node:net";
import type { Attachment, NetworkSpec } from "../container-runtime.ts";
import { refusals } from "./refusals.ts";

interface MemoryNetwork {
  readonly spec: NetworkSpec;
  readonly subnets: readonly string[];
  /** Static address → the running container that has it. */
  readonly addresses: Map<string, string>;
  /** Running container → its static addresses. */
  readonly endpoints: Map<string, readonly string[]>;
}

export interface NetworkTable {
  create(spec: NetworkSpec): void;
  remove(name: string): void;
  has(name: string): boolean;
  list(): readonly MemoryNetwork[];
  /** Takes the addresses of a running container. @throws DOCKER_FAILED, CONFLICT */
  join(attachment: Attachment, container: string): void;
  leave(network: string, container: string): void;
}

function contains(outer: string, inner: string): boolean {
  const [base = "", prefix = ""] = outer.split("/");
  const [address = ""] = inner.split("/");
  const family = isIPv6(base) ? "ipv6" : "ipv4";
  if ((family === "ipv6") !== isIPv6(address)) return false;
  const block = new BlockList();
  block.addSubnet(base, Number(prefix), family);
  return block.check(address, family);
}

/** Whether two subnets have an address in common. */
function overlaps(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

/** No networks yet. */
export function createNetworkTable(): NetworkTable {
  const networks = new Map<string, MemoryNetwork>();
  const existing = (name: string): MemoryNetwork => {
    const network = networks.get(name);
    if (network === undefined) throw refusals.noSuch("network", name);
    return network;
  };
  return {
    create: (spec) => {
      if (networks.has(spec.name)) throw refusals.nameTaken("network", spec.name);
      const subnets = [spec.subnet4, ...(spec.subnet6 === undefined ? [] : [spec.subnet6])];
      for (const network of networks.values()) {
        const clash = subnets.find((subnet) => network.subnets.some((other) => overlaps(subnet, other)));
        if (clash !== undefined) throw refusals.overlap(clash);
      }
      networks.set(spec.name, { spec, subnets, addresses: new Map(), endpoints: new Map() });
    },
    remove: (name) => {
      const network = networks.get(name);
      if (network === undefined) return;
      if (network.endpoints.size > 0) throw refusals.inUse("network", name);
      networks.delete(name);
    },
    has: (name) => networks.has(name),
    list: () => [...networks.values()],
    join: (attachment, container) => {
      const { addresses, endpoints } = existing(attachment.network);
      const given = [attachment.address4, attachment.address6].filter((address) => address !== undefined);
      const taken = given.find((address) => (addresses.get(address) ?? container) !== container);
      if (taken !== undefined) throw refusals.addressTaken(taken);
      for (const address of given) addresses.set(address, container);
      endpoints.set(container, given);
    },
    leave: (name, container) => {
      const network = networks.get(name);
      for (const address of network?.endpoints.get(container) ?? []) network?.addresses.delete(address);
      network?.endpoints.delete(container);
    },
  };
}

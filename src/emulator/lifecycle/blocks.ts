// Pure: which address block a planet gets.
import { AppError } from "../../errors/app-error.ts";
import { BLOCKS, blockPrefix4, managementAddresses } from "../topology/address-plan.ts";

function range(cidr: string): readonly [low: number, high: number] | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(cidr);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 32] = match
    .slice(1)
    .map((part) => (part === undefined ? 32 : Number(part)));
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const low = Math.floor(address / size) * size;
  return [low, low + size - 1];
}

/** Whether two IPv4 networks share an address; IPv6 ones and default routes never do. */
export function overlaps(a: string, b: string): boolean {
  const [left, right] = [range(a), range(b)];
  if (left === undefined || right === undefined || a.endsWith("/0") || b.endsWith("/0")) return false;
  return left[0] <= right[1] && right[0] <= left[1];
}

/** The block whose management network is among the subnets, or undefined. */
export function blockOfSubnets(subnets: readonly string[]): number | undefined {
  const found = Array.from({ length: BLOCKS }, (_, block) => block).find((block) =>
    subnets.includes(managementAddresses(block).subnet4),
  );
  return found;
}

/**
 * The preferred block if nothing uses its addresses, else the first free one.
 * @throws ADDRESS_CLASH
 */
export function chooseBlock(used: readonly string[], preferred: number | undefined): number {
  const free = (block: number): boolean => !used.some((subnet) => overlaps(subnet, blockPrefix4(block)));
  const order = [
    ...(preferred === undefined ? [] : [preferred]),
    ...Array.from({ length: BLOCKS }, (_, block) => block),
  ];
  const block = order.find(free);
  if (block !== undefined) return block;
  throw new AppError("ADDRESS_CLASH", "Networks or routes of this host use all of 198.18.0.0/15", {
    suggestions: ["hangar down --planet NAME for a planet that is no longer needed"],
  });
}

// The IPv4 networks that this machine has routes to, so that a planet's addresses hide none of them.
import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";

function dotted(littleEndianHex: string): string {
  return (littleEndianHex.match(/../g) ?? [])
    .map((byte) => Number.parseInt(byte, 16))
    .toReversed()
    .join(".");
}

/** CIDR networks in the text of /proc/net/route, without default routes. */
export function parseRoutes(procNetRoute: string): string[] {
  return procNetRoute
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, destination, , , , , , mask] = line.split("\t");
      if (destination === undefined || mask === undefined || mask === "00000000") return [];
      const bits = (Number.parseInt(mask, 16) >>> 0).toString(2).replaceAll("0", "").length;
      return [`${dotted(destination)}/${bits}`];
    });
}

/** The host's routed networks; none where the system has no /proc (there the engine runs in a virtual machine anyway). */
export async function hostRoutes(): Promise<string[]> {
  const text = await readFile("/proc/net/route", "utf8").catch(() => "");
  return parseRoutes(text);
}

/** Whether an interface of this machine has the address. */
export function hasAddress(address: string): boolean {
  return Object.values(networkInterfaces()).some((own) => own?.some((entry) => entry.address === address));
}

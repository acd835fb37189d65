// What a planet could leave behind on a machine: things of the engine, interfaces, rules, routes and packet filters.
import type { HangarCli } from "./hangar-cli.ts";

/** A list to compare with an earlier one. Names and numbers that are random each time are left out. */
export async function hostState(cli: HangarCli): Promise<string[]> {
  const lists = await Promise.all([
    cli.docker("ps", "-a", "--format", "{{.Names}}"),
    cli.docker("network", "ls", "--format", "{{.Name}}"),
    cli.docker("volume", "ls", "--format", "{{.Name}}"),
    cli.inNetwork(["ip", "-o", "link"]),
    cli.inNetwork(["ip", "rule"]),
    cli.inNetwork(["ip", "route"]),
    cli.inNetwork(["bash", "-c", "iptables-save 2>/dev/null | grep '^-A'"]),
  ]);
  const random = /br-[0-9a-f]+|veth[0-9a-f]+(@\w+)?|^\d+:|[0-9a-f]{2}(:[0-9a-f]{2}){5}|link-netnsid \d+/g;
  return lists
    .flatMap((text) => text.split("\n"))
    .map((line) => line.replaceAll(random, ""))
    .toSorted();
}

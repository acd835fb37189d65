// The docker command line for tests: what the code under test did is checked by another way than its own.
import { execa } from "execa";

/** Runs docker and answers what it printed; fails with what it said on stderr. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await execa("docker", args);
  return stdout;
}

/** Removes all containers, networks and volumes with a label (`key=value`). */
export async function sweep(label: string): Promise<void> {
  const ids = async (...list: string[]): Promise<string[]> =>
    (await docker(...list, "-q", "--filter", `label=${label}`)).split("\n").filter((id) => id !== "");
  const containers = await ids("ps", "-a");
  if (containers.length > 0) await docker("rm", "-f", "-v", ...containers);
  const networks = await ids("network", "ls");
  if (networks.length > 0) await docker("network", "rm", ...networks);
  const volumes = await ids("volume", "ls");
  if (volumes.length > 0) await docker("volume", "rm", ...volumes);
}

// Cuts a host off its network: every packet to and from an address of loopback is dropped on its way in, also of connections that
// are open. Nobody is refused or reset: the other side hears nothing, as of a host whose cable is pulled. Needs root.
import { runProgram } from "../../src/platform/run-program.ts";

/** @returns whether all of it was done */
async function change(verb: "-I" | "-D", address: string): Promise<boolean> {
  const results = [];
  for (const end of ["-d", "-s"])
    results.push(await runProgram("iptables", ["-w", verb, "INPUT", end, address, "-j", "DROP"]));
  return results.every(({ exitCode }) => exitCode === 0);
}

/** Whether this process may cut a host off. Leaves the address as it should be, also after a run that could not. */
export async function canCutOff(address: string): Promise<boolean> {
  try {
    const can = await change("-I", address);
    await reconnect(address);
    return can;
  } catch {
    return false;
  }
}

export async function cutOff(address: string): Promise<void> {
  if (!(await change("-I", address))) throw new Error(`${address} cannot be cut off`);
}

export async function reconnect(address: string): Promise<void> {
  while (await change("-D", address));
}

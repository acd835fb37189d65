// Whether this machine has a TUN device. Says nothing of engines that run elsewhere.
import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** `usable` also where only root may open it: the planet's containers are root. `no-driver`: the file is there, the kernel's part is not. */
export type TunDevice = "usable" | "missing" | "no-driver";

/** Tries to open /dev/net/tun; an open that is closed at once makes no interface. */
export async function findTunDevice(file = "/dev/net/tun"): Promise<TunDevice> {
  try {
    const handle = await open(file, constants.O_RDWR);
    await handle.close();
    return "usable";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EACCES" || code === "EPERM") return "usable";
    return code === "ENOENT" || code === "ENOTDIR" ? "missing" : "no-driver";
  }
}

// Entry of the wan container: environment to dependencies, then listen. Ends when the packet thread does: Docker restarts it.
import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { systemTimer } from "../../platform/clock.ts";
import { ensureDir, readTextIfExists, writeAtomic } from "../../platform/files.ts";
import { runProgram } from "../../platform/run-program.ts";
import { startWan } from "../wan/start.ts";

const {
  HANGAR_MGMT_ADDRESS = "",
  HANGAR_TOKEN_FILE = "/etc/hangar/token",
  HANGAR_STATE_DIR = "/var/lib/hangar",
} = process.env;

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(0));
// A failure ends the process with its stack and status 1.
const { ended } = await startWan({
  managementAddress: HANGAR_MGMT_ADDRESS,
  token: (await readFile(HANGAR_TOKEN_FILE, "utf8")).trim(),
  resolvConf: (await readTextIfExists("/etc/resolv.conf")) ?? "",
  worldFile: { path: `${HANGAR_STATE_DIR}/world.json`, readTextIfExists, writeAtomic, ensureDir },
  run: runProgram,
  listInterfaces: networkInterfaces,
  startAfter: systemTimer,
  log: (text) => console.error(`wan: ${text}`),
});
await ended;

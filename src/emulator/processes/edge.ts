// Entry of the edge container: environment to dependencies, then listen. Ends gracefully on SIGTERM.
import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { systemTimer } from "../../platform/clock.ts";
import { ensureDir, readTextIfExists, writeAtomic } from "../../platform/files.ts";
import { createHttpOpen, createHttpSend } from "../../platform/http-send.ts";
import { runProgram } from "../../platform/run-program.ts";
import { startEdge } from "../edge/start.ts";

const {
  HANGAR_MGMT_ADDRESS = "",
  HANGAR_CONTROL_URL = "",
  HANGAR_TOKEN_FILE = "/etc/hangar/token",
  HANGAR_STATE_DIR = "/var/lib/hangar",
  HANGAR_VERSION = "dev",
} = process.env;
const log = (text: string): void => console.error(`edge: ${text}`);
const DRAIN_MS = 10_000;

try {
  const token = (await readFile(HANGAR_TOKEN_FILE, "utf8")).trim();
  const edge = await startEdge({
    ...{ managementAddress: HANGAR_MGMT_ADDRESS, controlUrl: HANGAR_CONTROL_URL, version: HANGAR_VERSION, token, log },
    worldFile: { path: `${HANGAR_STATE_DIR}/world.json`, readTextIfExists, writeAtomic, ensureDir },
    ...{ run: runProgram, listInterfaces: networkInterfaces, send: createHttpSend(token), open: createHttpOpen(token) },
    ...{ nowMs: Date.now, monotonicMs: () => performance.now(), random: Math.random, timer: systemTimer },
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => void edge.stop(DRAIN_MS).then(() => process.exit(0)));
} catch (error) {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}

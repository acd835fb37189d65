// The programs that edge benches run besides our own.
import { spawnSync } from "node:child_process";
import path from "node:path";

/** Programs, and the Debian packages that have them. */
const PACKAGES = { haproxy: "haproxy", caddy: "caddy", h2load: "nghttp2-client", taskset: "util-linux" } as const;

/** Has what is missing installed. @throws Error it cannot be, and what a person has to install */
export function requireTools(): void {
  const missing = Object.entries(PACKAGES).filter(([program]) => spawnSync("which", [program]).status !== 0);
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name);
  const script = path.join(import.meta.dirname, "../../../scripts/debian-packages");
  const { status } = spawnSync(script, packages, { stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`The edge benches need ${packages.join(", ")}: install them, then try again`);
}

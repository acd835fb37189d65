// The engines that end-to-end tests run on: the machine's own, and a current one beside it that has no way to any
// network but its own containers'. Everything reaches the second through a network namespace.
import { execa } from "execa";
import path from "node:path";

const root = path.join(import.meta.dirname, "..", "..");

export interface TestEngine {
  readonly name: string;
  /** Added to the environment of programs that use the engine. */
  readonly env: Readonly<Record<string, string>>;
  /** Command that enters the network in which the engine publishes ports; empty for the machine's own. */
  readonly enter: readonly string[];
  /** Makes the engine run and have the images. */
  prepare(images: readonly string[]): Promise<void>;
  /** Kills the daemon without warning and starts it again. */
  killDaemon(): Promise<void>;
}

/** Making an engine takes a minute or two on a slow mirror; beyond this it hangs. */
const SCRIPT_TIMEOUT_MS = 280_000;

const script = (name: string, ...args: string[]): Promise<unknown> =>
  execa(path.join(root, "scripts", name), args, { timeout: SCRIPT_TIMEOUT_MS, stdin: "ignore" });

/** Kills a process and waits until it is gone, as far as its parent lets it go. */
async function killNow(findPid: string): Promise<void> {
  await execa("timeout", [
    "20",
    "bash",
    "-c",
    `for pid in $(${findPid}); do kill -9 "$pid"; while [ "$(cut -d" " -f3 "/proc/$pid/stat" 2>/dev/null || echo Z)" != Z ]; do :; done; done`,
  ]);
}

/** Whether the machine's own daemon is one that scripts/docker-engine started: only such a one may be killed by tests. */
export async function ownsDaemon(): Promise<boolean> {
  const { exitCode } = await execa(
    "bash",
    ["-c", '[ "$(readlink /proc/$(cat /var/run/docker.pid)/fd/1)" = /var/log/hangar-dockerd.log ]'],
    { reject: false },
  );
  return exitCode === 0;
}

export const machineEngine: TestEngine = {
  name: "the machine's engine",
  env: {},
  enter: [],
  prepare: async () => void (await script("docker-engine")),
  killDaemon: async () => {
    await killNow("cat /var/run/docker.pid");
    await script("docker-engine");
  },
};

export const nextEngine: TestEngine = {
  name: "a current engine, cut off from all other networks",
  env: { DOCKER_HOST: "unix:///run/hangar-engine-next/docker.sock" },
  enter: ["nsenter", "--net=/run/netns/hangar-engine-next"],
  prepare: async (images) => {
    await script("second-engine", "start");
    if (images.length > 0) await script("second-engine", "load", ...images);
  },
  killDaemon: async () => {
    await killNow(
      'for p in $(ip netns pids hangar-engine-next); do [ "$(cat /proc/$p/comm)" = dockerd ] && echo $p; done',
    );
    await script("second-engine", "start");
  },
};

/** Stops the second engine; what it made stays for the next run. */
export async function stopNextEngine(): Promise<void> {
  await script("second-engine", "stop");
}

/** Tests that mount, enter network namespaces or make an engine need root; in CI they must not be left out. */
export const isRoot = process.getuid?.() === 0 || process.env["CI"] !== undefined;

/** Why such tests are left out elsewhere. */
export const NEEDS_ROOT = "this test needs root (it runs in CI)";

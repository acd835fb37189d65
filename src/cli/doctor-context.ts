// The adapters of `doctor`: it looks at everything directly, because what commands usually go through may be what is broken.
import { LABEL, planetLabels } from "../emulator/runtime/labels.ts";
import type { EngineFacts, ExamineDeps } from "../operations/doctor/examine.ts";
import type { DockerAddress } from "../platform/docker-socket.ts";
import type { Context } from "./context.ts";
import { engineOf, planetAccessDeps } from "./planet-context.ts";

const ENGINE_PING_TIMEOUT_MS = 5_000;

/** What examining this machine takes. Nothing is asked of an engine before the examination. */
export async function examineDeps(context: Context): Promise<ExamineDeps> {
  const [
    access,
    { planetClient },
    { isPortFree },
    builders,
    { exec },
    { findTunDevice },
    { freeBytes },
    { pingEngine },
  ] = await Promise.all([
    planetAccessDeps(context),
    import("../operations/planet/planet-access.ts"),
    context.ports(),
    import("../platform/docker-builders.ts"),
    context.exec(),
    import("../platform/tun-device.ts"),
    import("../platform/disk.ts"),
    import("../platform/engine-ping.ts"),
  ]);
  const { client, controlPort, httpPort } = await planetClient(access);
  const { env, signal, clock } = context;
  return {
    planet: context.planet,
    ports: { control: controlPort, http: httpPort },
    nodeVersion: process.version,
    engine: () => engineFacts(context),
    pingEngine: async () => {
      const address = await addressOf(context).catch(() => undefined);
      return address === undefined ? { kind: "unknown" } : pingEngine(address, ENGINE_PING_TIMEOUT_MS);
    },
    builder: async () => builders.chooseBuilder(await builders.findDockerClients(env["PATH"] ?? ""), exec, signal),
    tunDevice: () => findTunDevice(),
    isPortFree,
    freeBytes,
    client,
    clock,
    signal,
  };
}

async function addressOf(context: Context): Promise<DockerAddress> {
  const [{ findDockerEndpoint }, files] = await Promise.all([import("../platform/docker-socket.ts"), context.files()]);
  const { env, home, platform } = context;
  return (await findDockerEndpoint({ env, home, platform, readText: files.readTextIfExists, exists: files.exists }))
    .address;
}

async function engineFacts(context: Context): Promise<EngineFacts> {
  const [{ runtime, daemonSocket, source }, address] = await Promise.all([engineOf(context), addressOf(context)]);
  const info = await runtime.info();
  // An engine in a virtual machine has its socket elsewhere for itself, or says so.
  const isLocal =
    context.platform === "linux" &&
    "socketPath" in address &&
    address.socketPath === daemonSocket &&
    !info.operatingSystem.includes("Docker Desktop");
  const containers = await runtime.listContainers(planetLabels(context.planet));
  const parts = containers.flatMap(({ labels, state }) => {
    const name = labels[LABEL.component];
    return name === undefined || labels[LABEL.machine] !== undefined ? [] : [{ name, running: state === "running" }];
  });
  return { ...info, source, isLocal, parts };
}

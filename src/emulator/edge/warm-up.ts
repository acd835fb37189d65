// Sends requests through a second data plane on loopback right after the start, so that the first real ones find compiled
// code. Without it they run in the interpreter and take 0.7 ms longer (1.3 instead of 0.6 ms inside a region, measured),
// which is most of what the edge adds to a distance. The functions are the same, and so is their compiled code.
import { connect, createServer } from "node:net";
import type { World, WorldMachine, WorldRegion } from "../../contract/world.ts";
import { createDataPlane, type DataPlaneDeps } from "./data-plane.ts";

/** Requests for each way; the engine compiles a path after some hundreds of runs. */
const ROUNDS = 1500;
const CLIENTS_ADDRESS = "127.0.0.1";
const CLIENTS_PORT = 8079;
const RESPONSE = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok";

/** Both addresses of a region are IPv4 here: there is only one of IPv6 on loopback. */
const region = (code: string, slot: number, edge4: string, edge6: string): WorldRegion => ({
  ...{ code, slot, edge4, edge6, subnet4: "127.0.0.0/8", subnet6: "::1/128", wan4: edge4, wan6: "::1" },
});

const machine = (app: string, code: string, address4: string, port: number): WorldMachine => ({
  ...{ id: app, app, region: code, instanceId: app, processGroup: "app", address4, address6: "::1" },
  ...{ started: true, cordoned: false, checks: [] },
  services: [
    {
      internalPort: port,
      protocol: "tcp",
      ports: [{ port: 80, handlers: ["http"], forceHttps: false }],
      concurrency: { type: "requests", softLimit: 100, hardLimit: 200 },
    },
  ],
});

/** Two regions of loopback addresses: an app beside the clients, and one that is reached over the backhaul. */
function warmWorld(port: number): World {
  return {
    version: 0,
    planet: "warm-up",
    home: "iad",
    block: { secondOctet: 0, firstThirdOctet: 0, ulaNetwork: 0 },
    regions: [region("iad", 0, "127.0.0.2", "127.0.0.4"), region("ams", 1, "127.0.0.3", "127.0.0.5")],
    links: [{ a: "iad", b: "ams", rttMs: 0 }],
    apps: [{ name: "near" }, { name: "far" }],
    machines: [machine("near", "iad", "127.0.0.2", port), machine("far", "ams", "127.0.0.3", port)],
  };
}

function request(app: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: CLIENTS_ADDRESS, port: CLIENTS_PORT, noDelay: true });
    socket.once("error", reject);
    socket.once("close", () => resolve());
    socket.resume();
    socket.write(
      `GET / HTTP/1.1\r\nhost: ${app}.localhost\r\nuser-agent: warm-up\r\nhangar-trace: 1\r\nconnection: close\r\n\r\n`,
    );
  });
}

/** Resolves when everything has run often enough; nothing of it stays. */
export async function warmUp(deps: DataPlaneDeps): Promise<void> {
  const machines = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", () => socket.write(RESPONSE));
  });
  await new Promise<void>((resolve) => machines.listen(0, "0.0.0.0", resolve));
  const address = machines.address();
  const dataPlane = createDataPlane({ ...deps, post: async () => ({ status: 200, body: "{}" }) });
  try {
    const world = warmWorld(typeof address === "object" && address !== null ? address.port : 0);
    await dataPlane.apply(world, world.regions);
    await dataPlane.clients.listen(CLIENTS_ADDRESS, CLIENTS_PORT);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const app of ["near", "far", "nowhere"]) await request(app);
    }
  } finally {
    dataPlane.close();
    machines.close();
  }
}

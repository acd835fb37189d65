// The API in the words of tests: one flat object for what the clients have by part, and bodies sent as they are.
import { MachineSchema, type LaunchMachine, type Machine } from "../../src/contract/machine.ts";
import { createTransport } from "../../src/client/machines/transport.ts";
import { pathOf } from "../../src/client/machines/paths.ts";
import { connectPlanet, type PlanetConnection } from "../../src/client/planet-client.ts";
import { systemClock } from "../../src/platform/clock.ts";

export interface ApiClient {
  readonly connection: PlanetConnection;
  readonly planet: PlanetConnection["client"]["planet"];
  readonly logs: PlanetConnection["client"]["logs"];
  readonly diagnosis: PlanetConnection["client"]["diagnosis"];
  readonly app: PlanetConnection["api"]["apps"]["get"];
  readonly machines: (app: string) => Promise<Machine[]>;
  readonly machine: PlanetConnection["api"]["machines"]["get"];
  readonly updateMachine: PlanetConnection["api"]["machines"]["update"];
  readonly cordonMachine: PlanetConnection["api"]["machines"]["cordon"];
  readonly releases: PlanetConnection["client"]["releases"]["list"];
  createApp(name: string): Promise<void>;
  destroyApp(name: string, force: boolean): Promise<void>;
  /** Without the key that the client gives to each creation. */
  createMachine(app: string, body: LaunchMachine): Promise<Machine>;
  stopMachine(app: string, id: string): Promise<void>;
  destroyMachine(app: string, id: string): Promise<void>;
  waitMachine(
    app: string,
    id: string,
    state: "started" | "stopped" | "destroyed",
    options?: { readonly timeoutS?: number; readonly instanceId?: string },
  ): Promise<void>;
}

export function createApiClient(options: { readonly baseUrl: string; readonly token: string }): ApiClient {
  const deps = { ...options, fetch, clock: systemClock };
  const connection = connectPlanet(deps);
  const transport = createTransport(deps);
  const { api, client } = connection;
  let keys = 0;
  return {
    connection,
    planet: client.planet,
    logs: client.logs,
    diagnosis: client.diagnosis,
    app: api.apps.get,
    machines: (app) => api.machines.list(app),
    machine: api.machines.get,
    updateMachine: api.machines.update,
    cordonMachine: api.machines.cordon,
    releases: client.releases.list,
    createApp: (name) => api.apps.create({ name, org: "personal", key: `test-${name}-${(keys += 1)}-${Date.now()}` }),
    destroyApp: (name) => api.apps.destroy(name),
    createMachine: (app, body) =>
      transport.fetch({ method: "POST", path: pathOf("apps", app, "machines"), body }, MachineSchema),
    stopMachine: (app, id) => api.machines.stop(app, id),
    destroyMachine: (app, id) => api.machines.destroy(app, id, true),
    waitMachine: (app, id, state, { timeoutS = 60, instanceId } = {}) =>
      api.machines.wait(app, id, { state, timeoutMs: timeoutS * 1_000, instanceId }),
  };
}

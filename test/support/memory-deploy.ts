// Deploys against a planet in memory: the real operation and the real control plane, and nothing is built.
import { randomUUID } from "node:crypto";
import { isRegionCode, suggestRegion } from "../../src/emulator/index.ts";
import { readAppConfig } from "../../src/operations/config/load-app-config.ts";
import { appsOf } from "../../src/operations/deploy/apps-of.ts";
import type { ChangeDeps } from "../../src/operations/deploy/change-app.ts";
import { deploy, type DeployInput, type DeployResult } from "../../src/operations/deploy/deploy.ts";
import { createPlanetFleet } from "../../src/operations/deploy/execute/planet-fleet.ts";
import { createSteadyFleet } from "../../src/operations/deploy/execute/steady-fleet.ts";
import { doorsOf } from "../../src/operations/status/read-status.ts";
import { systemClock } from "../../src/platform/clock.ts";
import type { MemoryPlanet } from "./memory-planet.ts";
import { silentProgress } from "./silent-progress.ts";

/** The app that all of them deploy. */
export const APP = "shop";

export interface MemoryDeploys {
  /** Deploys an image with this configuration. */
  run(image: string, toml: string, input?: Partial<DeployInput>, signal?: AbortSignal): Promise<DeployResult>;
  /** What changes the app by a plan of one's own. */
  changeDeps(): ChangeDeps;
  /** Region, state and image of each machine, and whether it is cordoned. */
  running(): Promise<string[]>;
  ids(): Promise<string[]>;
}

export function memoryDeploys(planet: () => MemoryPlanet): MemoryDeploys {
  const fleetOf = (app: string) => createPlanetFleet(planet().client.connection, app);
  const deployer = async () => ({ user: "ada@here", program: "1.2.3", git: { commit: "c0ffee", dirty: false } });
  return {
    run: async (image, toml, input = {}, signal = new AbortController().signal) => {
      const { config, warnings } = await readAppConfig(toml, "fly.toml");
      return deploy(
        {
          loaded: { config, warnings, file: "/app/fly.toml", contextDir: "/app" },
          ...{ regions: [], image, waitTimeoutMs: 3_000 },
          ...input,
        },
        {
          files: {
            exists: async () => true,
            readTextIfExists: async () => undefined,
            readBase64IfExists: async () => undefined,
          },
          regionNames: { has: isRegionCode, suggest: suggestRegion },
          build: () => Promise.reject(new Error("nothing is built here")),
          tagImage: async () => undefined,
          imageId: (reference) => planet().runtime.imageId(reference),
          reach: async () => undefined,
          connect: async () => ({
            ...{ name: "local", fleetOf, home: "iad" },
            apps: appsOf(planet().client.connection.api.apps, "personal"),
            doorsOf: (app) => doorsOf(planet().client, app),
            urlsOf: (app, regions) =>
              [app, ...regions.map((region) => `${region}.${app}`)].map((name) => `http://${name}.localhost:8080`),
          }),
          ...{ deployer, newKey: randomUUID, clock: systemClock, signal, progress: silentProgress },
        },
      );
    },
    changeDeps: () => ({
      fleet: createSteadyFleet(fleetOf(APP), { clock: systemClock, newKey: randomUUID }),
      ...{ deployer, clock: systemClock, signal: new AbortController().signal, progress: silentProgress },
    }),
    running: async () =>
      (await planet().client.machines(APP))
        .map(
          ({ region, state, config, cordoned }) =>
            `${region} ${state} ${config.image}${cordoned === true ? " cordoned" : ""}`,
        )
        .toSorted(),
    ids: async () => (await planet().client.machines(APP)).map(({ id }) => id).toSorted(),
  };
}
